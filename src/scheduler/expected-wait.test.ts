import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedWaitMs, type Outlook } from './expected-wait.js';

/** A run of n rows takes 2 ms for each and 10 ms besides; nobody has run more than 32. */
const COST = {
  foresee: (rows: number): number | null => (rows > 32 ? null : 10 + 2 * rows),
  efficientRows: (most: number): number => Math.min(16, most),
};

const BUSY: Outlook = {
  rows: 1,
  ahead: { rows: 0, size: 0 },
  cost: COST,
  mostRows: 64,
  msPerRow: null,
  runners: { size: 1, idle: 0 },
  nextDoneInMs: 5,
};

const CASES: readonly (readonly [what: string, outlook: Partial<Outlook>, ms: number | null])[] = [
  ['a runner is idle and nothing waits', { runners: { size: 2, idle: 1 } }, null],
  ['the only runner is busy: until it is done, and one run', { nextDoneInMs: 5 }, 5 + 12],
  ['a runner that should have been done already', { nextDoneInMs: -3 }, 12],
  ['those ahead go in the same run', { ahead: { rows: 3, size: 3 }, msPerRow: 2 }, 5 + 3 * 2 + 18],
  [
    'so many are ahead that runs are full',
    { ahead: { rows: 100, size: 100 }, msPerRow: 3 },
    5 + 100 * 3 + 42,
  ],
  [
    'nothing has left the queue yet: by the rows of a run, for each runner',
    { ahead: { rows: 15, size: 15 }, runners: { size: 2, idle: 0 } },
    5 + (15 * 42) / 16 / 2 + 42,
  ],
  ['without batches each row is a run', { ahead: { rows: 3, size: 3 }, mostRows: 1, msPerRow: 12 }, 53],
  ['it has more rows than were ever run', { rows: 33 }, null],
  ['requests larger than any that was run are ahead', { ahead: { rows: 80, size: 2 } }, null],
];

for (const [what, outlook, ms] of CASES)
  test(`expected wait: ${what}`, () => assert.equal(expectedWaitMs({ ...BUSY, ...outlook }), ms));
