import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextLookMs } from './source-state.js';

const rows: [failures: number, pollMs: number | null, expected: number | null][] = [
  [0, null, null],
  [0, 15_000, 15_000],
  [1, null, 1000],
  [2, null, 2000],
  [6, null, 32_000],
  [7, null, 60_000],
  [5000, null, 60_000],
  [1, 15_000, 1000],
  [9, 15_000, 15_000],
  [1, 20, 20],
];

for (const [failures, pollMs, expected] of rows) {
  test(`after ${failures} failures, polled every ${pollMs} ms, the next look comes in ${expected} ms`, () => {
    assert.equal(nextLookMs(failures, pollMs), expected);
  });
}
