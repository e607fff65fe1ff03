import type { TensorSpec } from '#inference/metadata.js';

/** What a model file says of itself, as `furiosa inspect` shows it. */
export interface ModelSummary {
  readonly format: 'onnx' | 'tflite';
  readonly fileBytes: number;
  /** Further facts in the file's own words: producer, opset, description. */
  readonly facts: Readonly<Record<string, string>>;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly operators: readonly { readonly name: string; readonly count: number }[];
  readonly parameterCount: number;
  readonly quantized: boolean;
}
