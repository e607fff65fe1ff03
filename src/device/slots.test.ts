import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotsFor } from './slots.js';

const rows: [recentRunMs: number | null, slots: number][] = [
  [null, 1],
  [0, 32],
  [0.05, 32],
  [0.2, 10],
  [0.9, 4],
  [2, 4],
  [2.1, 2],
  [5000, 2],
];

for (const [recentRunMs, slots] of rows) {
  test(`runs of ${recentRunMs ?? 'unknown'} ms: ${slots} at the thread`, () => {
    assert.equal(slotsFor(recentRunMs), slots);
  });
}
