import type { TensorSpec } from '#inference/metadata.js';

/** What a model file says of itself, read without any engine. */
export interface ModelSummary {
  readonly format: 'onnx' | 'tflite';
  readonly fileBytes: number;
  /** Further facts in the order they are shown: versions, producer, description, weights. */
  readonly facts: Readonly<Record<string, string>>;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Most frequent first. */
  readonly operators: readonly { readonly name: string; readonly count: number }[];
  /** Elements of all constant tensors. */
  readonly parameterCount: number;
  readonly quantized: boolean;
}
