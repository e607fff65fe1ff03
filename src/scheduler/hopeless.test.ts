import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hopelessAmong } from './hopeless.js';

const NOW = 100;

interface Row {
  readonly name: string;
  /** Of those at the front; each has one row. */
  readonly deadlines: readonly (number | null)[];
  readonly runMs: number | null;
  readonly behind?: number;
  /** Positions of those that are given up. */
  readonly late: readonly number[];
}

const rows: Row[] = [
  { name: 'no deadlines', deadlines: [null, null], runMs: 1000, late: [] },
  { name: 'time enough', deadlines: [110, 120], runMs: 10, late: [] },
  { name: 'a deadline that has passed', deadlines: [100, null], runMs: null, late: [0] },
  {
    name: 'a deadline that will have passed, and something else to run',
    deadlines: [105, null],
    runMs: 10,
    late: [0],
  },
  {
    name: 'all will be late, and more is behind them',
    deadlines: [105, 106],
    runMs: 10,
    behind: 1,
    late: [0, 1],
  },
  {
    name: 'all will be late, and nothing else is there: it is tried',
    deadlines: [105, 106],
    runMs: 10,
    late: [],
  },
  {
    name: 'all will be late, nothing else is there, and one is late',
    deadlines: [99, 106],
    runMs: 10,
    late: [0],
  },
  { name: 'nothing is known of the time', deadlines: [101, null], runMs: null, late: [] },
];

for (const { name, deadlines, runMs, behind = 0, late } of rows) {
  test(name, () => {
    const front = deadlines.map((deadline) => ({ rows: 1, enqueuedAt: 0, deadline }));
    const found = hopelessAmong(front, runMs, front.length + behind, NOW);
    assert.deepEqual(
      found.map((task) => front.indexOf(task)),
      late,
    );
  });
}
