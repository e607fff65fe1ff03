import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CostPoint, efficientRows, fitLine } from './cost-line.js';

/** Runs of so many rows that took so many milliseconds, `count` times. */
const point = (rows: number, ms: number, count = 20): CostPoint => ({
  rows,
  ms,
  lowMsPerRow: ms / rows,
  count,
  capacity: rows <= 1 ? 1 : 2 ** Math.ceil(Math.log2(rows)),
});

const lines: [name: string, points: CostPoint[], line: { fixedMs: number; perRowMs: number } | null][] = [
  ['nothing measured', [], null],
  ['one size: all of it is per row', [point(4, 8)], { fixedMs: 0, perRowMs: 2 }],
  ['two sizes: a line through both', [point(1, 5), point(4, 8)], { fixedMs: 4, perRowMs: 1 }],
  ['three on a line', [point(1, 5), point(2, 6), point(8, 12)], { fixedMs: 4, perRowMs: 1 }],
  ['larger runs that are faster: rows cost nothing', [point(1, 6), point(2, 4)], { fixedMs: 5, perRowMs: 0 }],
  ['a start below zero: nothing is fixed', [point(1, 1), point(3, 5)], { fixedMs: 0, perRowMs: 1.5 }],
];

for (const [name, points, expected] of lines) {
  test(`the line of ${name}`, () => {
    const line = fitLine(points);
    const rounded = line && {
      fixedMs: Math.round(line.fixedMs * 1e9) / 1e9,
      perRowMs: Math.round(line.perRowMs * 1e9) / 1e9,
    };
    assert.deepEqual(rounded, expected);
  });
}

test('a size that was run more often weighs more, up to twenty runs', () => {
  const fixedOf = (count: number): number =>
    fitLine([point(1, 5, count), point(1, 9, 20), point(4, 12, 20)])?.fixedMs ?? 0;
  assert.ok(fixedOf(1) > fixedOf(10));
  assert.equal(fixedOf(20), fixedOf(2000));
});

const sizes: [name: string, points: CostPoint[], rows: number][] = [
  ['nothing known: one', [], 1],
  ['one was tried: two are to be', [point(1, 10)], 2],
  ['two were better: four are to be tried', [point(1, 10), point(2, 12)], 4],
  ['two were worse: one', [point(1, 10), point(2, 25)], 1],
  ['two were as good: nobody waits for nothing', [point(1, 10), point(2, 20)], 1],
  ['four were hardly better than two: two', [point(1, 10), point(2, 12), point(4, 23.5)], 2],
  ['two were worse and four better: eight are to be tried', [point(1, 10), point(2, 25), point(4, 16)], 8],
  ['two were worse, but once only: again', [point(1, 10), point(2, 25, 3)], 2],
  ['two were much worse, if only once: one', [point(1, 10), point(2, 35, 1)], 1],
  ['the best is in the middle', [point(1, 10), point(2, 12), point(4, 16), point(8, 40)], 4],
];

for (const [name, points, rows] of sizes) {
  test(`the efficient size, ${name}`, () => {
    assert.equal(efficientRows(points), rows);
  });
}
