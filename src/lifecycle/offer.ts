import type { CompilerSettings, EngineSettings } from '#device/engine-settings.js';
import type { DataType } from '#tensor/datatype.js';

/** What the configuration says of one input or output. It is checked against the file; the file decides. */
export interface TensorClaim {
  /** The name clients use. For position i it renames the file's i-th tensor. */
  readonly name: string;
  readonly datatype: DataType | null;
  readonly shape: readonly number[] | null;
  readonly description: string | null;
  /** What its elements stand for, by position in a row; said of outputs that can be classified. */
  readonly labels?: readonly string[];
  /** The file that they come from, as the configuration names it. */
  readonly labelFile?: string;
}

/** `npu` speaks the Furiosa dialect; the others speak V2 as Triton does. */
export type Platform = 'npu' | 'cpu' | 'cuda';

/** One version of a model that exists somewhere and could be loaded, with its settings. */
export interface OfferedVersion {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the model file. */
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
  readonly compiler: CompilerSettings;
  readonly engine: EngineSettings;
}
