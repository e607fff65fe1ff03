import type { Tensor } from '#tensor/tensor.js';
import type { Dialect } from './metadata.js';
import type { Timings } from './timings.js';

export interface InferenceResponse {
  /** Echoed from the request. */
  readonly id: string | null;
  /** The version that answered. */
  readonly model: { readonly name: string; readonly version: string; readonly dialect: Dialect };
  readonly outputs: readonly Tensor[];
  readonly timings: Timings;
}
