import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchCost } from './batch-cost.js';

/** tau(n) = 4 + n, seen at these sizes. */
function seen(...sizes: number[]): BatchCost {
  const cost = new BatchCost();
  for (const rows of sizes) cost.observe(rows, 4 + rows);
  return cost;
}

test('nothing is predicted before anything was measured', () => {
  const cost = new BatchCost();
  assert.deepEqual([cost.line, cost.predictMs(1), cost.efficientRows(32)], [null, null, 1]);
});

test('a size that was measured is predicted by itself, another one by the line', () => {
  const cost = seen(1, 4);
  assert.equal(cost.predictMs(1), 5);
  assert.equal(cost.predictMs(4), 8);
  // 3 rows are of the class of 4, which took 8 ms, and the line has 1 ms for each.
  assert.equal(cost.predictMs(3), 7);
  assert.equal(Math.round(cost.predictMs(16) ?? 0), 20);
});

test('nobody is refused by what was never measured: up to twice the largest size, and no more', () => {
  const cost = seen(1, 4);
  const foreseen = [1, 4, 8, 9, 100_000].map((rows) => cost.foresee(rows));
  assert.deepEqual(
    foreseen.map((ms) => ms !== null),
    [true, true, true, false, false],
  );
  assert.equal(cost.foresee(4), cost.predictMs(4));
  assert.equal(new BatchCost().foresee(1), null);
});

test('the mean follows slowly', () => {
  const cost = seen(1);
  cost.observe(1, 15);
  assert.equal(cost.predictMs(1), 6);
});

test('a disturbed run does not make a size look bad, nor a lucky one good', () => {
  const cost = new BatchCost();
  for (let run = 0; run < 16; run++) for (const rows of [1, 2]) cost.observe(rows, rows * 10);
  assert.equal(cost.efficientRows(32), 1, 'rows cost the same');
  for (let run = 0; run < 3; run++) cost.observe(1, 50);
  assert.equal(cost.efficientRows(32), 1, 'and do so after some slow runs of one');
  cost.observe(2, 16);
  assert.equal(cost.efficientRows(32), 1, 'and after one fast run of two');
  for (let run = 0; run < 16; run++) cost.observe(2, 12);
  assert.equal(cost.efficientRows(32), 4, 'two are faster by now: four are to be tried');
});

test('sizes are found out step by step, up to what the model takes', () => {
  const cost = new BatchCost();
  const tried: number[] = [];
  for (let run = 0; run < 21; run++) {
    const rows = cost.mostRows(20, 100);
    tried.push(rows);
    cost.observe(rows, 4 + rows);
  }
  assert.deepEqual(tried, [1, 2, 4, 8, 16].flatMap((rows) => [rows, rows, rows, rows]).concat(20));
});

test('a run without rows costs as much as one with one', () => {
  const cost = new BatchCost();
  for (let run = 0; run < 4; run++) cost.observe(0, 7);
  assert.deepEqual([cost.predictMs(1), cost.efficientRows(8)], [7, 2]);
});

test('once in 64 full batches, a larger one is tried than was best', () => {
  const cost = new BatchCost();
  cost.observe(1, 10);
  for (let run = 0; run < 4; run++) cost.observe(2, 25);
  const tried = Array.from({ length: 128 }, () => cost.mostRows(32, 100));
  assert.deepEqual(
    tried.flatMap((rows, i) => (rows === 1 ? [] : [[i, rows]])),
    [
      [63, 2],
      [127, 2],
    ],
  );
  assert.equal(cost.mostRows(32, 1), 1, 'where no more than that wait, nothing is tried');
});
