import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paceOf } from '../../bench/engine-pace.js';

const tauMs = (rows: number): number => 10 * rows;
const runs = [
  { endedAt: 110, rows: 1, ms: 20 },
  { endedAt: 30, rows: 2, ms: 20 },
  { endedAt: 60, rows: 1, ms: 5 },
];

const cases: [what: string, atMs: number, pace: number][] = [
  ['before the first', 0, 1],
  ['in the middle of one', 20, 1],
  ['nearer to the one before', 38, 1],
  ['nearer to the one after', 39, 0.5],
  ['in a slow one', 99, 2],
  ['after the last', 1000, 2],
];
for (const [what, atMs, pace] of cases)
  test(`pace of an engine: ${what}`, () => assert.equal(paceOf(runs, tauMs)(atMs), pace));

test('pace of an engine: where nothing ran, that of the mean', () => assert.equal(paceOf([], tauMs)(5), 1));
