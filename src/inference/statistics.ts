import type { LatencyCounts } from '#core/histogram.js';

/** How often something was done, and how long all of it took together. */
export interface Total {
  readonly count: number;
  readonly ns: number;
}

/**
 * Why requests failed, in Triton's words: `REJECTED` by a bound of the queue or as their deadlines passed, `CANCELED` by
 * their callers, failed in the `BACKEND`, `OTHER`.
 */
export const FAILURE_REASONS = ['REJECTED', 'CANCELED', 'BACKEND', 'OTHER'] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Memory of one kind on one device, in V2's words. */
export interface MemoryUse {
  readonly type: 'CPU' | 'CPU_PINNED' | 'GPU';
  /** The device's number; 0 for the processor. */
  readonly id: number;
  readonly bytes: number;
}

/** What one version of a model has done since it was loaded (V2's `statistics`, with Triton's meanings). */
export interface ModelStatistics {
  readonly name: string;
  readonly version: string;
  /** Milliseconds since 1970; 0 where there was none. */
  readonly lastInferenceMs: number;
  /** Rows of the requests that succeeded. */
  readonly inferenceCount: number;
  /** Runs of the model: fewer than requests where they were put together. */
  readonly executionCount: number;
  /** Whole requests, from when they came to the model until their answers. */
  readonly success: Total;
  readonly fail: Total;
  /** How many failed of which reason: together as many as `fail`. */
  readonly failureReasons: Readonly<Record<FailureReason, number>>;
  /** Of the requests that succeeded: its count is that of `success`. Those that were kept waited for nothing. */
  readonly queue: Total;
  /** Of the requests that succeeded and were run, as are the next two. */
  readonly computeInput: Total;
  readonly computeInfer: Total;
  readonly computeOutput: Total;
  /** Requests that were answered from kept answers, and how long those were looked for. */
  readonly cacheHit: Total;
  /** Requests that succeeded after they had been looked for in vain. */
  readonly cacheMiss: Total;
  /** How long requests that succeeded took, and each of their phases. */
  readonly latency: LatencyByPhase;
  /** The newest requests that failed, the last one first; a few of them. */
  readonly recentFailures: readonly RecentFailure[];
  /** The executions, by their rows; the fewest first. */
  readonly batches: readonly BatchStatistics[];
  /** What waits for it now. */
  readonly waiting: Waiting;
  /** What its instances held when they had been loaded; none where it has no instances of its own. */
  readonly memory: readonly MemoryUse[];
  /** What came of the copies that it got; left out where it is, and was, no shadow. */
  readonly shadow?: ShadowStatistics;
}

/** Kept answers count in `request` only. */
export interface LatencyByPhase {
  readonly request: LatencyCounts;
  readonly queue: LatencyCounts;
  readonly computeInput: LatencyCounts;
  readonly computeInfer: LatencyCounts;
  readonly computeOutput: LatencyCounts;
}

export interface RecentFailure {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly reason: FailureReason;
  /** As the client heard it. */
  readonly message: string;
}

/** What waits for a version now. */
export interface Waiting {
  readonly requests: number;
  /** For how long the oldest of them has waited; 0 where none waits. */
  readonly oldestMs: number;
}

/**
 * What came of the copies of requests that a version got as a shadow of others. Every one that was sent ends as one of the four
 * that follow; one that is in neither of them is still on its way.
 */
export interface ShadowStatistics {
  readonly sent: number;
  /** The shadow did not answer. */
  readonly failed: number;
  /** It may have answered, but the version that was asked did not. */
  readonly unanswered: number;
  /** Both answered the same, element for element. */
  readonly equal: number;
  /** Both answered, and not the same. */
  readonly different: number;
  /** Would have been copied, but the shadow was not ready or had too many already. */
  readonly skipped: number;
  /** Why the last of those failed; null where none did. */
  readonly lastFailure: string | null;
  /** How long the version that was asked took, of requests that both answered. */
  readonly original: Total;
  /** How long the shadow took for the same. */
  readonly shadow: Total;
  /** By the names that clients use. */
  readonly outputs: readonly OutputDifferences[];
}

/** How an output of a shadow differs from that of the version that was asked. */
export interface OutputDifferences {
  readonly name: string;
  /** Answers in which it was there in both, of the same datatype and shape. */
  readonly compared: number;
  /** Answers in which it was not. */
  readonly mismatched: number;
  /** In all that were compared. */
  readonly unequalElements: number;
  /** Of two numbers, the largest there was. */
  readonly maxAbsolute: number;
  /** The difference of two numbers, as a part of the larger one. */
  readonly maxRelative: number;
}

export interface BatchStatistics {
  readonly rows: number;
  readonly computeInput: Total;
  readonly computeInfer: Total;
  readonly computeOutput: Total;
}
