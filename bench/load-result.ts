/** What a load generator reports. */
export interface LoadResult {
  readonly answers: number;
  /** Answers that were not what they should be. */
  readonly failures: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function loadResult(latencies: number[], failures: number, seconds: number): LoadResult {
  latencies.sort((a, b) => a - b);
  const quantile = (q: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0;
  return { answers: latencies.length, failures, seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}
