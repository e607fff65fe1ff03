import type { LatencyCounts, Total, VersionStats } from './live-types.js';

/** What two looks at the same version say of the time between them, and what it was like at the second. */
export interface Derived {
  /** Requests that succeeded, each second. */
  readonly perSecond: number;
  readonly errorsPerSecond: number;
  /** Of the requests that succeeded in between; null where none did. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Requests that waited at the second look. */
  readonly waiting: number;
  /** For how long the oldest of them had; 0 where none did. */
  readonly oldestMs: number;
  /** Rows of an execution; null where there was none. */
  readonly meanRows: number | null;
  /** Means of a request; null where none succeeded. */
  readonly phasesMs: PhasesMs;
  /** How many requests took how long: one count for each of the bounds, and one for longer. May be empty where none succeeded. */
  readonly latencyCounts: readonly number[];
}

export interface PhasesMs {
  readonly queue: number | null;
  readonly input: number | null;
  readonly infer: number | null;
  readonly output: number | null;
}

/**
 * What happened between two looks at a version.
 *
 * A version that was loaded anew in between counts from nought: then all that it has counted is new.
 *
 * @param seconds between the two; more than 0
 * @param boundsMs upper bounds of the latency counts
 */
export function derive(
  before: VersionStats,
  after: VersionStats,
  seconds: number,
  boundsMs: readonly number[],
): Derived {
  const since = isSameLoad(before, after) ? before : null;
  const latencyCounts = difference(since?.latency.request, after.latency.request);
  const runs = after.execution_count - (since?.execution_count ?? 0);
  return {
    perSecond: (after.success.count - (since?.success.count ?? 0)) / seconds,
    errorsPerSecond: (after.fail.count - (since?.fail.count ?? 0)) / seconds,
    p50Ms: quantileMs(latencyCounts, boundsMs, 0.5),
    p99Ms: quantileMs(latencyCounts, boundsMs, 0.99),
    waiting: after.waiting.requests,
    oldestMs: after.waiting.oldest_ms,
    meanRows: runs > 0 ? (executedRows(after) - (since === null ? 0 : executedRows(since))) / runs : null,
    phasesMs: {
      queue: meanMs(since?.queue, after.queue),
      input: meanMs(since?.compute_input, after.compute_input),
      infer: meanMs(since?.compute_infer, after.compute_infer),
      output: meanMs(since?.compute_output, after.compute_output),
    },
    latencyCounts,
  };
}

/**
 * The latency that a part of the requests did not exceed: within a bucket they are taken to be spread evenly. Those
 * above the last bound are told as that bound, since nothing more is known of them.
 *
 * @param part for instance 0.99
 * @returns null where there are no requests
 */
export function quantileMs(
  counts: readonly number[],
  boundsMs: readonly number[],
  part: number,
): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  const rank = part * all;
  let below = 0;
  for (const [at, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const low = boundsMs[at - 1] ?? 0;
      const high = boundsMs[at] ?? low;
      return low + (high - low) * ((rank - below) / count);
    }
    below += count;
  }
  return boundsMs.at(-1) ?? null;
}

/** Counts of several times together. */
export function sumCounts(all: readonly (readonly number[])[]): readonly number[] {
  const sums: number[] = [];
  for (const counts of all) {
    for (const [at, count] of counts.entries()) sums[at] = (sums[at] ?? 0) + count;
  }
  return sums;
}

/** Counts only grow while a version stays loaded. */
function isSameLoad(before: VersionStats, after: VersionStats): boolean {
  return (
    after.success.count >= before.success.count &&
    after.fail.count >= before.fail.count &&
    after.execution_count >= before.execution_count
  );
}

function difference(before: LatencyCounts | undefined, after: LatencyCounts): readonly number[] {
  return after.counts.map((count, at) => Math.max(0, count - (before?.counts[at] ?? 0)));
}

/** Of requests that were answered from kept answers, none were executed: rows are counted by the executions. */
function executedRows(stats: VersionStats): number {
  return stats.batch_stats.reduce((sum, batch) => sum + batch.batch_size * batch.compute_infer.count, 0);
}

function meanMs(before: Total | undefined, after: Total): number | null {
  const count = after.count - (before?.count ?? 0);
  return count > 0 ? (after.ns - (before?.ns ?? 0)) / count / 1e6 : null;
}
