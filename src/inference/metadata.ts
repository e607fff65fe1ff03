import type { DataType } from '#tensor/datatype.js';
import type { TensorFormat } from '#tensor/tensor-format.js';

/** How an integer tensor stands for real numbers: real = scale * (stored - zeroPoint), per tensor or per channel. */
export interface Quantization {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  /** The axis that the scales run along; null for one scale for the whole tensor. */
  readonly axis: number | null;
}

/** One input or output of a model, as its file declares it. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: DataType;
  /** -1 stands for an axis whose size the request chooses. */
  readonly shape: readonly number[];
  /** What the file calls each axis; null for one without a name. Axes of the same name have the same size. */
  readonly axisNames?: readonly (string | null)[];
  readonly quantization?: Quantization;
  /** Said by the model's configuration; shown, never interpreted. */
  readonly description?: string;
  /** Along which the rows of a batch lie; left out: the first. */
  readonly batchAxis?: number;
  /** The shape that the model file has for it, where the configuration reshapes it; shown, never interpreted. */
  readonly engineShape?: readonly number[];
  /** How its axes lie, as the configuration has it; shown, never interpreted. */
  readonly format?: TensorFormat;
  /** Where the labels of its elements come from, as the configuration names it. */
  readonly labelFile?: string;
}

/**
 * `furiosa`: answers have every key, null where nothing was given, and outputs are named by position.
 * `v2`: the model's own names, absent fields left out, as Triton answers.
 */
export type Dialect = 'furiosa' | 'v2';

/** What a client may know about one version of a model. */
export interface ModelMetadata {
  readonly name: string;
  readonly version: string;
  /** For instance `npu`, `onnxruntime_onnx`, `litert_tflite`. */
  readonly platform: string;
  readonly dialect: Dialect;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** The most rows of one run along the batch axis of its tensors; 0 where they have none. */
  readonly maxBatchSize: number;
  /** Further facts, as V2's `properties`: description, device, engine. */
  readonly properties: Readonly<Record<string, string>>;
}
