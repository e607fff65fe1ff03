import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LATENCY_BOUNDS_MS, LatencyHistogram } from '#core/histogram.js';
import {
  batchBuckets,
  latencyBuckets,
  PHASE_BOUNDS_SECONDS,
  placeOf,
  REQUEST_BOUNDS_SECONDS,
} from './buckets.js';

for (const bounds of [REQUEST_BOUNDS_SECONDS, PHASE_BOUNDS_SECONDS]) {
  test(`${bounds.length} bounds are among those that are counted by, so that no count is guessed`, () => {
    const counted = new Set(LATENCY_BOUNDS_MS.map((ms) => ms / 1000));
    assert.deepEqual(
      bounds.filter((bound) => !counted.has(bound)),
      [],
    );
  });
}

const durations: [ms: number, bucket: number | null][] = [
  [0, 0.0003],
  [0.3, 0.0003],
  [0.31, 0.001],
  [1, 0.001],
  [9.9, 0.01],
  [10_000, 10],
  [10_001, null],
  [120_000, null],
];
for (const [ms, bucket] of durations) {
  test(`${ms} ms are told as ${bucket === null ? 'longer than all' : `at most ${bucket} s`}`, () => {
    const histogram = new LatencyHistogram();
    histogram.add(ms * 1e6);
    const { bounds, counts, sum } = latencyBuckets(histogram.counts, PHASE_BOUNDS_SECONDS);
    assert.equal(counts.length, bounds.length + 1);
    assert.equal(bounds[counts.indexOf(1)] ?? null, bucket);
    assert.equal(sum, ms / 1000);
  });
}

test('runs are told by their rows', () => {
  const total = (count: number) => ({ count, ns: 0 });
  const batch = (rows: number, count: number) => ({
    rows,
    computeInput: total(count),
    computeInfer: total(count),
    computeOutput: total(count),
  });
  const { counts, sum } = batchBuckets([batch(1, 5), batch(3, 2), batch(4, 1), batch(1000, 1)]);
  assert.deepEqual(counts, [5, 0, 3, 0, 0, 0, 0, 0, 0, 1]);
  assert.equal(sum, 5 + 6 + 4 + 1000);
});

const places: [value: number, place: number][] = [
  [0, 0],
  [1, 0],
  [1.1, 1],
  [2, 1],
  [3, 2],
];
for (const [value, place] of places) {
  test(`of the bounds 1 and 2, ${value} is in place ${place}`, () =>
    assert.equal(placeOf(value, [1, 2]), place));
}
