import type { TensorSpec } from '#inference/metadata.js';

/** What a model file says of itself, read without an engine. */
export interface ModelSummary {
  readonly format: 'onnx' | 'tflite';
  readonly fileBytes: number;
  /** Further facts to show, in order, for instance `description`. */
  readonly facts: Readonly<Record<string, string>>;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** The operators and how often each is used, the most frequent first. */
  readonly operators: readonly { readonly name: string; readonly count: number }[];
  /** Elements of all constant tensors. */
  readonly parameterCount: number;
  /** Whether integers stand for real numbers in it. */
  readonly quantized: boolean;
}
