import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LATENCY_BOUNDS_MS, LatencyHistogram } from './histogram.js';

test('the bounds ascend from a tenth of a millisecond to a minute', () => {
  assert.deepEqual(LATENCY_BOUNDS_MS.slice(0, 8), [0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5]);
  assert.equal(LATENCY_BOUNDS_MS.at(-1), 50_000);
  assert.deepEqual(
    [...LATENCY_BOUNDS_MS].sort((a, b) => a - b),
    LATENCY_BOUNDS_MS,
  );
});

const rows: [ms: number, bound: number | undefined][] = [
  [0, 0.1],
  [0.1, 0.1],
  [0.11, 0.15],
  [1, 1],
  [1.2, 1.5],
  [49_999, 50_000],
  [70_000, undefined],
];

for (const [ms, bound] of rows) {
  test(`${ms} ms counts under ${bound ?? 'what is longer'}`, () => {
    const histogram = new LatencyHistogram();
    histogram.add(ms * 1e6);
    const { counts, sumNs } = histogram.counts;
    assert.equal(counts.length, LATENCY_BOUNDS_MS.length + 1);
    assert.equal(LATENCY_BOUNDS_MS[counts.indexOf(1)], bound);
    assert.equal(sumNs, ms * 1e6);
  });
}
