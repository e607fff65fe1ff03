import { LATENCY_BOUNDS_MS, type LatencyCounts } from '#core/histogram.js';
import type { BatchStatistics } from '#inference/statistics.js';
import type { Buckets } from './samples.js';

/** For whole requests, in seconds: three to a power of ten, which puts a quantile within a factor of about two. */
export const REQUEST_BOUNDS_SECONDS: readonly number[] = [
  0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30,
];

/** For the phases, of which every version has four: two to a power of ten. */
export const PHASE_BOUNDS_SECONDS: readonly number[] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

const BATCH_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/**
 * What was counted by `LATENCY_BOUNDS_MS` by fewer bounds.
 *
 * @param bounds in seconds; each must be one of those as well, else counts would be guessed
 */
export function latencyBuckets({ counts, sumNs }: LatencyCounts, bounds: readonly number[]): Buckets {
  const places = LATENCY_BOUNDS_MS.map((ms) => placeOf(ms / 1000, bounds));
  const sums = new Array<number>(bounds.length + 1).fill(0);
  for (const [i, count] of counts.entries()) {
    const place = places[i] ?? bounds.length;
    sums[place] = (sums[place] ?? 0) + count;
  }
  return { bounds, counts: sums, sum: sumNs / 1e9 };
}

/** The runs by their rows. */
export function batchBuckets(batches: readonly BatchStatistics[]): Buckets {
  const counts = new Array<number>(BATCH_BOUNDS.length + 1).fill(0);
  let sum = 0;
  for (const { rows, computeInfer } of batches) {
    const place = placeOf(rows, BATCH_BOUNDS);
    counts[place] = (counts[place] ?? 0) + computeInfer.count;
    sum += rows * computeInfer.count;
  }
  return { bounds: BATCH_BOUNDS, counts, sum };
}

/** The first bound that is not smaller, or the place after the last. */
export function placeOf(value: number, bounds: readonly number[]): number {
  let place = 0;
  while (place < bounds.length && (bounds[place] as number) < value) place++;
  return place;
}
