import type { LatencyCounts } from '#core/histogram.js';
import { LatencyHistogram } from '#core/histogram.js';
import { addedRestarts, NO_RESTARTS } from '#inference/restarts.js';
import {
  type BatchStatistics,
  FAILURE_REASONS,
  type LatencyByPhase,
  type Total,
} from '#inference/statistics.js';
import type { ShadowCounts, VersionWork, WorkCounts } from '#inference/version-figures.js';

const NOTHING: Total = { count: 0, ns: 0 };
const NO_LATENCY: LatencyCounts = new LatencyHistogram().counts;

/** Of a version that has never been loaded. */
export const NO_WORK: VersionWork = {
  counts: {
    inferenceCount: 0,
    executionCount: 0,
    success: NOTHING,
    fail: NOTHING,
    failureReasons: { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 },
    queue: NOTHING,
    computeInput: NOTHING,
    computeInfer: NOTHING,
    computeOutput: NOTHING,
    cacheHit: NOTHING,
    cacheMiss: NOTHING,
    latency: {
      request: NO_LATENCY,
      queue: NO_LATENCY,
      computeInput: NO_LATENCY,
      computeInfer: NO_LATENCY,
      computeOutput: NO_LATENCY,
    },
    batches: [],
  },
  shadow: null,
  loads: 0,
  failedLoads: 0,
  threadDeaths: 0,
  restarts: NO_RESTARTS,
};

/** What two have done, together. */
export function addedWork(a: VersionWork, b: VersionWork): VersionWork {
  return {
    counts: addedCounts(a.counts, b.counts),
    shadow: a.shadow && b.shadow ? addedShadows(a.shadow, b.shadow) : (a.shadow ?? b.shadow),
    loads: a.loads + b.loads,
    failedLoads: a.failedLoads + b.failedLoads,
    threadDeaths: a.threadDeaths + b.threadDeaths,
    restarts: addedRestarts(a.restarts, b.restarts),
  };
}

function addedCounts(a: WorkCounts, b: WorkCounts): WorkCounts {
  const reasons = FAILURE_REASONS.map((reason) => [
    reason,
    a.failureReasons[reason] + b.failureReasons[reason],
  ]);
  return {
    inferenceCount: a.inferenceCount + b.inferenceCount,
    executionCount: a.executionCount + b.executionCount,
    success: addedTotals(a.success, b.success),
    fail: addedTotals(a.fail, b.fail),
    failureReasons: Object.fromEntries(reasons),
    queue: addedTotals(a.queue, b.queue),
    computeInput: addedTotals(a.computeInput, b.computeInput),
    computeInfer: addedTotals(a.computeInfer, b.computeInfer),
    computeOutput: addedTotals(a.computeOutput, b.computeOutput),
    cacheHit: addedTotals(a.cacheHit, b.cacheHit),
    cacheMiss: addedTotals(a.cacheMiss, b.cacheMiss),
    latency: addedPhases(a.latency, b.latency),
    batches: addedBatches(a.batches, b.batches),
  };
}

function addedTotals(a: Total, b: Total): Total {
  return { count: a.count + b.count, ns: a.ns + b.ns };
}

function addedPhases(a: LatencyByPhase, b: LatencyByPhase): LatencyByPhase {
  return {
    request: addedLatencies(a.request, b.request),
    queue: addedLatencies(a.queue, b.queue),
    computeInput: addedLatencies(a.computeInput, b.computeInput),
    computeInfer: addedLatencies(a.computeInfer, b.computeInfer),
    computeOutput: addedLatencies(a.computeOutput, b.computeOutput),
  };
}

function addedLatencies(a: LatencyCounts, b: LatencyCounts): LatencyCounts {
  return { counts: a.counts.map((count, i) => count + (b.counts[i] ?? 0)), sumNs: a.sumNs + b.sumNs };
}

function addedBatches(
  a: readonly BatchStatistics[],
  b: readonly BatchStatistics[],
): readonly BatchStatistics[] {
  const byRows = new Map(a.map((each) => [each.rows, each]));
  for (const each of b) {
    const known = byRows.get(each.rows);
    byRows.set(each.rows, known === undefined ? each : addedBatch(known, each));
  }
  return [...byRows.values()].sort((one, other) => one.rows - other.rows);
}

function addedBatch(a: BatchStatistics, b: BatchStatistics): BatchStatistics {
  return {
    rows: a.rows,
    computeInput: addedTotals(a.computeInput, b.computeInput),
    computeInfer: addedTotals(a.computeInfer, b.computeInfer),
    computeOutput: addedTotals(a.computeOutput, b.computeOutput),
  };
}

function addedShadows(a: ShadowCounts, b: ShadowCounts): ShadowCounts {
  return {
    sent: a.sent + b.sent,
    failed: a.failed + b.failed,
    unanswered: a.unanswered + b.unanswered,
    equal: a.equal + b.equal,
    different: a.different + b.different,
    skipped: a.skipped + b.skipped,
  };
}
