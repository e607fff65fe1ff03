import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utilization } from './host-figures.js';

const rows: [what: string, before: [number, number], now: [number, number], ratio: number][] = [
  ['half of the time', [100, 1000], [150, 1100], 0.5],
  ['none of it', [100, 1000], [100, 1100], 0],
  ['all of it', [100, 1000], [200, 1100], 1],
  ['no time passed', [100, 1000], [100, 1000], 0],
  ['counters that went back', [100, 1000], [50, 1100], 0],
];
for (const [what, [busyBefore, allBefore], [busyNow, allNow], ratio] of rows) {
  test(`processors in use: ${what}`, () => {
    const before = { busyMs: busyBefore, allMs: allBefore };
    assert.equal(utilization(before, { busyMs: busyNow, allMs: allNow }), ratio);
  });
}
