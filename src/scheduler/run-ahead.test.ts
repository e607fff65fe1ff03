import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AheadLook, mayRunAhead } from './run-ahead.js';

/** A runner with one run of half a millisecond, and a full batch that waits. */
const LOOK: AheadLook = {
  recentRunMs: 0.5,
  inFlight: 1,
  newestRows: 8,
  waitingRows: 8,
  mostRows: 8,
  runners: 1,
  leftMs: 1000,
};

const rows: [name: string, look: Partial<AheadLook>, may: boolean][] = [
  ['nothing is known of its runs', { recentRunMs: null }, false],
  ['short runs and a full batch: one ahead', {}, true],
  ['short runs and a full batch for one of two runners', { runners: 2 }, true],
  ['short runs and a batch that is not full', { waitingRows: 7 }, false],
  ['short runs of few rows: the next need not be full', { newestRows: 2, waitingRows: 1 }, true],
  ['short runs of few rows: not two ahead either', { newestRows: 1, inFlight: 2 }, false],
  ['longer runs of few rows', { recentRunMs: 5, newestRows: 1, waitingRows: 7 }, false],
  ['short runs: not two ahead, batches would be smaller', { inFlight: 2 }, false],
  [
    'short runs that cannot be batches: as many as it takes',
    { inFlight: 9, mostRows: 1, waitingRows: 1 },
    true,
  ],
  ['longer runs and a batch that is not full', { recentRunMs: 5, waitingRows: 7 }, false],
  ['longer runs and a full batch', { recentRunMs: 5, waitingRows: 8 }, true],
  ['longer runs and one full batch for two runners', { recentRunMs: 5, waitingRows: 15, runners: 2 }, false],
  ['longer runs and a full batch for each', { recentRunMs: 5, waitingRows: 16, runners: 2 }, true],
  ['longer runs: one ahead is enough', { recentRunMs: 5, waitingRows: 80, inFlight: 2 }, false],
  ['a run that is about to end: whatever waits', { recentRunMs: 500, waitingRows: 1, leftMs: 0 }, true],
  [
    'a run that should have ended: not two',
    { recentRunMs: 500, waitingRows: 1, leftMs: -1, inFlight: 2 },
    false,
  ],
  ['about to end, and nothing is known of its runs', { recentRunMs: null, leftMs: -1 }, false],
  ['a run that long is waited for', { recentRunMs: 20.1, waitingRows: 80 }, false],
];

for (const [name, look, may] of rows) {
  test(`${name}: ${may ? 'ahead' : 'not ahead'}`, () => {
    assert.equal(mayRunAhead({ ...LOOK, ...look }), may);
  });
}
