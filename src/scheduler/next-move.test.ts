import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BatchLimits,
  type Move,
  nextMove,
  type Outlook,
  rowsOf,
  type Sized,
  waitingPays,
} from './next-move.js';

/** Tasks of so many rows each that came at 0 and have no deadline. */
const of = (...rows: number[]): Sized[] =>
  rows.map((each) => ({ rows: each, enqueuedAt: 0, deadline: null }));

/** Up to 8 rows, no preferred size, no delay of anybody's choice. */
const LIMITS: BatchLimits = { mostRows: 8, preferredRows: [], maxDelayMs: null };
/** A runner that could take something, and nothing else known. */
const OUTLOOK: Outlook = { line: null, expected: null, idleRunners: 1 };
/** A run takes 10 ms and 0.1 ms more for each row, and six rows are expected until 3. */
const FIXED = { ...OUTLOOK, line: { fixedMs: 10, perRowMs: 0.1 }, expected: { rows: 6, until: 3 } };
/** A run takes 1 ms for each row. */
const EVEN = { ...OUTLOOK, line: { fixedMs: 0, perRowMs: 1 }, expected: { rows: 6, until: 3 } };

const send = (count: number): Move => ({ kind: 'send', count });
const wait = (until: number): Move => ({ kind: 'wait', until });

interface Row {
  readonly name: string;
  readonly front: readonly Sized[];
  /** Rows that wait behind the front. */
  readonly behind?: number;
  readonly limits?: Partial<BatchLimits>;
  readonly outlook?: Partial<Outlook>;
  readonly now?: number;
  readonly move: Move;
}

const rows: Row[] = [
  { name: 'nothing known: what there is goes at once', front: of(1, 2, 1), move: send(3) },
  { name: 'one alone goes at once', front: of(1), move: send(1) },

  // max_queue_delay
  {
    name: 'a set delay: wait until the oldest has waited so long',
    front: [
      { rows: 1, enqueuedAt: 4, deadline: null },
      { rows: 1, enqueuedAt: 2, deadline: null },
    ],
    limits: { maxDelayMs: 10 },
    now: 5,
    move: wait(12),
  },
  { name: 'a set delay that is over', front: of(1, 1), limits: { maxDelayMs: 10 }, now: 10, move: send(2) },
  { name: 'a set delay of 0', front: of(1, 1), limits: { maxDelayMs: 0 }, move: send(2) },
  { name: 'a full batch waits for nothing', front: of(4, 4), limits: { maxDelayMs: 10 }, move: send(2) },
  {
    name: 'as full as it can be: the next one does not go in any more',
    front: of(4, 3),
    behind: 2,
    limits: { maxDelayMs: 10 },
    move: send(2),
  },
  { name: 'one of more rows than a run has', front: of(9), limits: { maxDelayMs: 10 }, move: send(1) },

  // preferred_batch_size
  {
    name: 'a preferred size is there',
    front: of(1, 1, 2),
    limits: { preferredRows: [4], maxDelayMs: 10 },
    move: send(3),
  },
  {
    name: 'the largest preferred size that the first make, and what is over waits',
    front: of(2, 2, 1),
    limits: { preferredRows: [2, 4], maxDelayMs: 10 },
    move: send(2),
  },
  {
    name: 'no preferred size yet: wait',
    front: of(1, 2),
    limits: { preferredRows: [4], maxDelayMs: 10 },
    move: wait(10),
  },
  {
    name: 'no preferred size when the delay is over: what there is',
    front: of(1, 2),
    limits: { preferredRows: [4], maxDelayMs: 10 },
    now: 10,
    move: send(2),
  },

  // deadlines
  {
    name: 'nobody waits so long that it would be late: two runs are left for it',
    front: [{ rows: 1, enqueuedAt: 0, deadline: 8 }],
    limits: { maxDelayMs: 100 },
    outlook: EVEN,
    move: wait(6),
  },
  {
    name: 'a deadline that leaves no time to wait',
    front: [{ rows: 1, enqueuedAt: 0, deadline: 2 }],
    limits: { maxDelayMs: 100 },
    outlook: EVEN,
    move: send(1),
  },

  // waiting for those who come back
  {
    name: 'a run costs much and a row little: wait for those who are expected',
    front: of(1),
    outlook: FIXED,
    move: wait(3),
  },
  { name: 'nobody is expected', front: of(1), outlook: { ...FIXED, expected: null }, move: send(1) },
  { name: 'the time in which they come back is over', front: of(1), outlook: FIXED, now: 3, move: send(1) },
  {
    name: 'so many wait already that it does not pay',
    front: of(12, 1),
    limits: { mostRows: 64 },
    outlook: FIXED,
    move: send(2),
  },
  { name: 'every row costs the same: nothing is saved', front: of(1), outlook: EVEN, move: send(1) },
  {
    name: 'what would be late goes before they are back',
    front: [{ rows: 1, enqueuedAt: 0, deadline: 22 }],
    outlook: FIXED,
    move: wait(22 - 2 * 10.1),
  },

  // several idle runners
  {
    name: 'two idle runners: each gets half',
    front: of(1, 1, 1, 1),
    outlook: { ...EVEN, idleRunners: 2 },
    move: send(2),
  },
  {
    name: 'rows are shared out, not requests',
    front: of(1, 4, 1),
    outlook: { ...EVEN, idleRunners: 2 },
    move: send(1),
  },
  {
    name: 'one that is more than a share goes all the same',
    front: of(5, 1),
    outlook: { ...EVEN, idleRunners: 3 },
    move: send(1),
  },
  {
    name: 'more runners than rows',
    front: of(1, 1),
    outlook: { ...EVEN, idleRunners: 5 },
    move: send(1),
  },
  {
    name: 'runs too short to be spread',
    front: of(1, 1, 1, 1),
    outlook: { ...EVEN, line: { fixedMs: 0, perRowMs: 0.2 }, idleRunners: 2 },
    move: send(4),
  },
];

for (const { name, front, behind = 0, limits, outlook, now = 0, move } of rows) {
  test(name, () => {
    const waiting = { front, rows: rowsOf(front) + behind };
    assert.deepEqual(nextMove(waiting, { ...LIMITS, ...limits }, { ...OUTLOOK, ...outlook }, now), move);
  });
}

test('to wait pays where those who come save more than those who wait lose by it', () => {
  const line = { fixedMs: 10, perRowMs: 0.5 };
  // Each of the six that come saves 10 - 4; each of those that wait loses 4 + 6 x 0.5.
  assert.equal(waitingPays(5, line, 6, 4), true);
  assert.equal(waitingPays(6, line, 6, 4), false);
  // To wait for less than a timer is precise does not.
  assert.equal(waitingPays(1, { fixedMs: 1.9, perRowMs: 0 }, 100, 0.01), false);
});
