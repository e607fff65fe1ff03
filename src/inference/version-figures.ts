import type { Place } from './deployment.js';
import type { Restarts } from './restarts.js';
import type { MemoryUse, ModelStatistics, ShadowStatistics, Waiting } from './statistics.js';

/** What of the statistics can be added up over loads. */
export type WorkCounts = Pick<
  ModelStatistics,
  | 'inferenceCount'
  | 'executionCount'
  | 'success'
  | 'fail'
  | 'failureReasons'
  | 'queue'
  | 'computeInput'
  | 'computeInfer'
  | 'computeOutput'
  | 'cacheHit'
  | 'cacheMiss'
  | 'latency'
  | 'batches'
>;

/** What became of the copies that a version got as a shadow. */
export type ShadowCounts = Pick<
  ShadowStatistics,
  'sent' | 'failed' | 'unanswered' | 'equal' | 'different' | 'skipped'
>;

/** What loads of one version have done, together. */
export interface VersionWork {
  readonly counts: WorkCounts;
  /** Null where none of them was ever a shadow. */
  readonly shadow: ShadowCounts | null;
  /** Loads that ended well. */
  readonly loads: number;
  readonly failedLoads: number;
  /** How often the thread of an instance died. */
  readonly threadDeaths: number;
  /** How often an instance was started again after that. */
  readonly restarts: Restarts;
}

/** One version of a model as it is now, and what it has done since the server knows it. */
export interface VersionFigures {
  readonly name: string;
  readonly version: string;
  /** Of all its loads, those that are gone too: no number in it is ever smaller than before. */
  readonly work: VersionWork;
  readonly isReady: boolean;
  readonly isWanted: boolean;
  /** What is loaded; null where nothing is. */
  readonly loaded: LoadedFigures | null;
}

export interface LoadedFigures {
  /** From the beginning of the load until it could serve. */
  readonly loadMs: number;
  readonly waiting: Waiting;
  readonly memory: readonly MemoryUse[];
  /** One for each device; none for an ensemble. */
  readonly places: readonly Place[];
  readonly isCached: boolean;
}
