import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEAT_LEVELS, heatCells, heatPart, heatRows, heatTicks } from '../../web/plots/heat-rows.js';

/** Counts of 36 buckets, all nought but these. */
function counts(filled: Readonly<Record<number, number>>): readonly number[] {
  return Array.from({ length: 36 }, (_, at) => filled[at] ?? 0);
}

test('the rows are those in which something was counted', () => {
  assert.deepEqual(heatRows([counts({ 5: 1, 9: 2 }), counts({ 20: 1 })], 36), { first: 5, last: 20 });
});

test('few rows get others around them, and never ones that are not there', () => {
  assert.deepEqual(heatRows([counts({ 10: 1 })], 36), { first: 7, last: 14 });
  assert.deepEqual(heatRows([counts({ 0: 1 })], 36), { first: 0, last: 4 });
  assert.deepEqual(heatRows([counts({ 35: 1 })], 36), { first: 28, last: 35 });
  assert.deepEqual(heatRows([], 36), { first: 0, last: 4 });
  assert.deepEqual(heatRows([[1, 1]], 2), { first: 0, last: 1 });
});

test('a cell is as dark as its share of the fullest, by the root', () => {
  const rows = { first: 5, last: 12 };
  assert.deepEqual(heatCells([counts({ 5: 100, 6: 25 }), [], counts({ 12: 1 })], rows), [
    { column: 0, row: 0, level: HEAT_LEVELS },
    { column: 0, row: 1, level: 3 },
    { column: 2, row: 7, level: 1 },
  ]);
});

const bounds = [1, 2, 4, 8];
const rows = { first: 1, last: 4 };
const parts: readonly (readonly [ms: number | null, part: number | null])[] = [
  [null, null],
  [0.5, 0],
  [1, 0],
  [1.5, 0.125],
  [2, 0.25],
  [4, 0.5],
  [8, 0.75],
  [100, 0.75],
];
for (const [ms, part] of parts) {
  test(`${ms} ms stands at ${part} of the rows`, () => assert.equal(heatPart(ms, bounds, rows), part));
}

test('words stand at upper bounds; above the last bound there is none', () => {
  assert.deepEqual(heatTicks(bounds, { first: 0, last: 4 }), [
    { at: 0, text: '0 ms' },
    { at: 0.2, text: '1 ms' },
    { at: 0.4, text: '2 ms' },
    { at: 0.6, text: '4 ms' },
    { at: 0.8, text: '8 ms' },
  ]);
});
