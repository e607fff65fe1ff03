/** How long one request took, in milliseconds. */
export type Sample = number;

export interface Measured {
  readonly atOnce: number;
  readonly samples: readonly Sample[];
  readonly failed: number;
  readonly reasons: ReadonlyMap<string, number>;
  /** Until the last answer. */
  readonly tookMs: number;
}

/** What one step came to. */
export interface Summary {
  readonly atOnce: number;
  readonly succeeded: number;
  readonly failed: number;
  /** How often each reason was told; the first few of them. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Requests that succeeded, each second. */
  readonly perSecond: number;
  /** Of those that succeeded; null where none did. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export function summaryOf({ atOnce, samples, failed, reasons, tookMs }: Measured): Summary {
  const sorted = Float64Array.from(samples).sort();
  return {
    atOnce,
    succeeded: samples.length,
    failed,
    reasons,
    perSecond: tookMs > 0 ? (samples.length / tookMs) * 1000 : 0,
    p50Ms: nearestRank(sorted, 0.5),
    p99Ms: nearestRank(sorted, 0.99),
  };
}

/** The smallest sample that at least this part of all samples does not exceed. */
function nearestRank(sorted: Float64Array, part: number): number | null {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null;
}
