import type { RateLimitOptions } from '#core/rate-limit-options.js';
import type { CompilerSettings, EngineSettings } from '#device/engine-settings.js';
import type { Isolation } from '#device/isolation.js';
import type { WarmupSample } from '#device/warmup-sample.js';
import type { BatchingOptions, QueueOptions } from '#scheduler/options.js';
import type { SequenceOptions } from '#scheduler/sequence-options.js';
import type { DataType } from '#tensor/datatype.js';
import type { TensorFormat } from '#tensor/tensor-format.js';
import type { EnsembleStep } from './ensemble-steps.js';
import type { Traffic, VersionRole } from './traffic.js';
import type { UpdatePolicy } from './update-policy.js';
import type { VersionPolicy } from './version-policy.js';

export type { RateLimitOptions } from '#core/rate-limit-options.js';
export { type Isolation, PLAIN_ISOLATION } from '#device/isolation.js';
export type { WarmupInput, WarmupSample } from '#device/warmup-sample.js';
export type { BatchingOptions, QueueOptions, QueuePolicy } from '#scheduler/options.js';
export { PLAIN_BATCHING, PLAIN_POLICY, PLAIN_QUEUE } from '#scheduler/options.js';
export type {
  SequenceControl,
  SequenceOptions,
  SequenceState,
  SequenceStrategy,
} from '#scheduler/sequence-options.js';
export { SEQUENCE_CONTROLS } from '#scheduler/sequence-options.js';
export type { EnsembleStep } from './ensemble-steps.js';

/** What the configuration says of one input or output. It is checked against the file; the file decides. */
export interface TensorClaim {
  /** The name clients use. For position i it renames the file's i-th tensor. */
  readonly name: string;
  readonly datatype: DataType | null;
  readonly shape: readonly number[] | null;
  /**
   * Where it is there, clients must keep to `shape`, and this is the one that the file is held against: tensors are
   * reshaped between the two. -1 in one is -1 in the other, in the same order.
   */
  readonly engineShape?: readonly number[];
  /** An input that requests may leave out; then the file need not ask for it. */
  readonly isOptional?: boolean;
  readonly description: string | null;
  /** How its axes lie; told, and never acted on. */
  readonly format?: TensorFormat;
  /** Along which the rows of a batch lie; left out: the first. */
  readonly batchAxis?: number;
  /** What stands in the places that padding adds; left out: 0. */
  readonly padValue?: number;
  /** What its elements stand for, by position in a row; said of outputs that can be classified. */
  readonly labels?: readonly string[];
  /** The file that they come from, as the configuration names it. */
  readonly labelFile?: string;
}

/** `npu` speaks the Furiosa dialect; the others speak V2 as Triton does. */
export type Platform = 'npu' | 'cpu' | 'cuda';

/** As the scheduler's; `maxSize` is null where the server's own bound holds. */
export interface OfferedQueue extends Omit<QueueOptions, 'maxSize'> {
  readonly maxSize: number | null;
}

/** One version of a model that exists somewhere and could be loaded, with its settings. */
export interface OfferedVersion {
  readonly name: string;
  readonly version: string;
  /**
   * Changes when anything does that the loaded version is made of: its settings, its files. What is loaded is never
   * replaced by an offer of the same revision.
   */
  readonly revision: string;
  /** Absolute path of the model file; empty for an ensemble, which has none. */
  readonly path: string;
  readonly description: string | null;
  readonly platform: Platform;
  /** A device selector (`warboy(1)*1`, `npu:0:0`, `cpu(2)*1`, …). */
  readonly device: string;
  /** Instances per device, or null for the device's own number. */
  readonly workers: number | null;
  readonly batchSize: number | null;
  /** The most rows of a request; null leaves it to the model file. */
  readonly maxBatchSize: number | null;
  /** Inputs must carry the model's own names and exact shapes. */
  readonly strict: boolean;
  readonly allowFallback: boolean;
  readonly inputs: readonly TensorClaim[];
  readonly outputs: readonly TensorClaim[];
  /** `maxRows` is not known before the model file is read, and 0 here. */
  readonly batching: BatchingOptions;
  readonly queue: OfferedQueue;
  /** Null where requests have nothing to do with each other. */
  readonly sequence: SequenceOptions | null;
  /** Null where it is a model of its own. */
  readonly ensemble: readonly EnsembleStep[] | null;
  /** Null where nothing is said of it, and empty where nothing is wanted. */
  readonly warmup: readonly WarmupSample[] | null;
  /** Answers to the same request are kept and given again. */
  readonly isCached: boolean;
  readonly rateLimit: RateLimitOptions | null;
  readonly compiler: CompilerSettings;
  readonly engine: EngineSettings;
  readonly isolation: Isolation;
}

/** As an OfferedVersion, before anybody has looked at its files. */
export interface ConfiguredVersion extends Omit<OfferedVersion, 'revision'> {
  /** Left out where nothing is said of it. No part of what is loaded, and so of no revision. */
  readonly role?: VersionRole;
}

/** A model as its source has it now. */
export interface OfferedModel {
  readonly name: string;
  /** All that there are, in the order of the source. */
  readonly versions: readonly OfferedVersion[];
  readonly policy: VersionPolicy;
  /** How one of them takes the place of another. No part of what is loaded. */
  readonly update: UpdatePolicy;
  /** Other names of versions, such as `stable`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly traffic: Traffic;
  /** Where it comes from, for people: the file of its configuration or its folder in a repository. */
  readonly source: string;
  /** Why its source cannot be used now; what was offered before counts then. Null where it can. */
  readonly fault: string | null;
  /** Why single versions cannot be used now; what was offered of them before counts then. By version. */
  readonly faults: Readonly<Record<string, string>>;
}
