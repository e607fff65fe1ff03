import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchStats } from '../../web/live-types.js';
import { BatchWindow, batchCounts } from '../../web/model/batch-window.js';

function batches(runs: Readonly<Record<number, number>>): readonly BatchStats[] {
  return Object.entries(runs).map(([rows, count]) => {
    const total = { count, ns: 0 };
    return { batch_size: Number(rows), compute_input: total, compute_infer: total, compute_output: total };
  });
}

test('only what happened in between is counted, the fewest rows first', () => {
  assert.deepEqual(batchCounts(batches({ 1: 5, 4: 2 }), batches({ 4: 3, 1: 5, 2: 7 })), [
    { fromRows: 2, toRows: 2, runs: 7 },
    { fromRows: 4, toRows: 4, runs: 1 },
  ]);
});

test('many sizes are put together by powers of two', () => {
  const all = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [at + 1, 1]));
  assert.deepEqual(batchCounts([], batches(all)), [
    { fromRows: 1, toRows: 1, runs: 1 },
    { fromRows: 2, toRows: 2, runs: 1 },
    { fromRows: 3, toRows: 4, runs: 2 },
    { fromRows: 5, toRows: 8, runs: 4 },
    { fromRows: 9, toRows: 16, runs: 8 },
    { fromRows: 17, toRows: 32, runs: 16 },
    { fromRows: 33, toRows: 64, runs: 8 },
  ]);
});

test('the window goes back five minutes and no further', () => {
  const window = new BatchWindow();
  for (let second = 0; second <= 600; second++) window.add(second * 1000, batches({ 1: second }));
  assert.equal(window.sinceMs, 300_000);
  assert.deepEqual(window.counts(batches({ 1: 600 })), [{ fromRows: 1, toRows: 1, runs: 300 }]);
});

test('a version that was loaded anew begins with nought', () => {
  const window = new BatchWindow();
  window.add(1000, batches({ 1: 100 }));
  window.add(2000, batches({ 1: 3 }));
  assert.equal(window.sinceMs, 2000);
  assert.deepEqual(window.counts(batches({ 1: 5 })), [{ fromRows: 1, toRows: 1, runs: 2 }]);
});

test('before the first look there is nothing', () => {
  const window = new BatchWindow();
  assert.equal(window.sinceMs, null);
  assert.deepEqual(window.counts(batches({ 1: 5 })), []);
});
