import type { DataType } from '#tensor/datatype.js';

/** What every instance of a model runs before it is ready (Triton's `model_warmup`). */
export interface WarmupSample {
  readonly name: string;
  /** Rows; 0 where the model has no batch axis. */
  readonly batchSize: number;
  /** How often it is run. */
  readonly count: number;
  readonly inputs: Readonly<Record<string, WarmupInput>>;
}

export interface WarmupInput {
  readonly datatype: DataType;
  /** Without the batch axis. */
  readonly dims: readonly number[];
  /** Zeros, random elements, or the raw bytes of a file (an absolute path). */
  readonly data: 'zero' | 'random' | { readonly file: string };
}
