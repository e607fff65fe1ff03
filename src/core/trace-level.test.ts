import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TraceLevel, traceLevelsOf } from './trace-level.js';

const rows: [words: readonly string[], levels: readonly TraceLevel[] | null][] = [
  [['OFF'], []],
  [['TIMESTAMPS'], ['TIMESTAMPS']],
  [
    ['TENSORS', 'TIMESTAMPS', 'TENSORS'],
    ['TIMESTAMPS', 'TENSORS'],
  ],
  [[], null],
  [['OFF', 'TENSORS'], null],
  [['OFF', 'OFF'], null],
  [['timestamps'], null],
  [['TIMESTAMPS', 'MAX'], null],
];

for (const [words, levels] of rows) {
  test(`[${words}] are ${levels === null ? 'no levels' : `the levels [${levels}]`}`, () => {
    assert.deepEqual(traceLevelsOf(words), levels);
  });
}
