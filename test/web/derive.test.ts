import assert from 'node:assert/strict';
import { test } from 'node:test';
import { derive, quantileMs, sumCounts } from '../../web/derive.js';
import { BOUNDS_MS, NOTHING, statsOf } from '../support/live-stats.js';

const quantiles: [what: string, counts: readonly number[], part: number, ms: number | null][] = [
  ['nothing', [0, 0, 0, 0], 0.5, null],
  ['no buckets', [], 0.5, null],
  ['half of the first bucket', [4, 0, 0, 0], 0.5, 0.5],
  ['the end of a bucket', [2, 2, 0, 0], 0.5, 1],
  ['a quarter into a bucket', [0, 0, 4, 0], 0.25, 2.75],
  ['the tail', [98, 0, 2, 0], 0.99, 3.5],
  ['empty buckets in between', [1, 0, 1, 0], 0.75, 3.5],
  ['beyond the last bound', [0, 0, 0, 5], 0.5, 5],
  ['all of them', [1, 1, 1, 0], 1, 5],
];
for (const [what, counts, part, ms] of quantiles) {
  test(`the latency that ${part * 100} % did not exceed: ${what}`, () => {
    assert.equal(quantileMs(counts, BOUNDS_MS, part), ms);
  });
}

const total = (count: number, ms: number): { count: number; ns: number } => ({ count, ns: ms * 1e6 });
const batch = (batch_size: number, runs: number) => ({
  batch_size,
  compute_input: NOTHING,
  compute_infer: total(runs, 0),
  compute_output: NOTHING,
});

const before = statsOf(
  {
    success: total(10, 100),
    fail: total(1, 1),
    queue: total(10, 20),
    compute_infer: total(10, 50),
    execution_count: 5,
    batch_stats: [batch(1, 2), batch(4, 3)],
  },
  [10, 0, 0, 0],
);
const after = statsOf(
  {
    success: total(14, 180),
    fail: total(3, 1),
    queue: total(14, 28),
    compute_infer: total(14, 70),
    execution_count: 7,
    batch_stats: [batch(1, 2), batch(4, 4), batch(8, 1)],
    waiting: { requests: 3, oldest_ms: 12 },
  },
  [10, 4, 0, 0],
);

test('rates, means and quantiles are of what happened in between', () => {
  assert.deepEqual(derive(before, after, 2, BOUNDS_MS), {
    perSecond: 2,
    errorsPerSecond: 1,
    p50Ms: 1.5,
    p99Ms: 1.99,
    waiting: 3,
    oldestMs: 12,
    meanRows: 6,
    phasesMs: { queue: 2, input: null, infer: 5, output: null },
    latencyCounts: [0, 4, 0, 0],
  });
});

test('where nothing happened there are no means', () => {
  const nothing = derive(after, after, 1, BOUNDS_MS);
  assert.deepEqual([nothing.perSecond, nothing.errorsPerSecond], [0, 0]);
  assert.deepEqual([nothing.p50Ms, nothing.p99Ms, nothing.meanRows], [null, null, null]);
  assert.deepEqual(nothing.phasesMs, { queue: null, input: null, infer: null, output: null });
  assert.equal(nothing.waiting, 3, 'what waits is as it is now');
});

test('a version that was loaded anew counts from nought', () => {
  const derived = derive(after, before, 2, BOUNDS_MS);
  assert.equal(derived.perSecond, 5);
  assert.equal(derived.errorsPerSecond, 0.5);
  assert.deepEqual(derived.latencyCounts, [10, 0, 0, 0]);
  assert.equal(derived.meanRows, 2.8);
  assert.equal(derived.phasesMs.infer, 5);
});

test('counts of several seconds are added, where some are empty', () => {
  assert.deepEqual(sumCounts([[1, 2], [], [0, 3]]), [1, 5]);
});
