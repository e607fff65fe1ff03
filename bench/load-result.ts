import { quantile } from './quantile.js';

/** What a load generator reports. */
export interface LoadResult {
  readonly answers: number;
  /** Answers that were not what they should be. */
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

export function loadResult(latencies: number[], failures: number, perSecond: number): LoadResult {
  latencies.sort((a, b) => a - b);
  return {
    answers: latencies.length,
    failures,
    perSecond,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    p999Ms: quantile(latencies, 0.999),
  };
}
