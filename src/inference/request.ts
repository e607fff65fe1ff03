import type { Tensor } from '#tensor/tensor.js';

/** Which model is meant. Without a version the server chooses. */
export interface ModelRef {
  readonly name: string;
  readonly version: string | null;
}

export type ParameterValue = string | number | bigint | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

export interface InferenceRequest {
  /** The caller's own name for the request, or null. */
  readonly id: string | null;
  readonly model: ModelRef;
  readonly inputs: readonly Tensor[];
  /** The names of the outputs that are wanted, in that order. */
  readonly outputs: readonly string[] | 'all';
  readonly parameters: Parameters;
}
