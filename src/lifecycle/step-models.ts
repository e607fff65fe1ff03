import type { ModelRef } from '#inference/request.js';
import type { Handle } from './handle.js';

/** Where the models of an ensemble come from. */
export interface StepModels {
  /** Throws NOT_FOUND or UNAVAILABLE. */
  acquire(ref: ModelRef): Handle;
}
