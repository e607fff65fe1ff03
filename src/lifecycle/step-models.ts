import type { ModelRef, SequenceRef } from '#inference/request.js';
import type { Handle } from './handle.js';

/** Where the models of an ensemble come from. */
export interface StepModels {
  /**
   * Throws NOT_FOUND or UNAVAILABLE.
   *
   * @param sequence the one that the request belongs to, or null
   */
  acquire(ref: ModelRef, sequence: SequenceRef['id'] | null): Handle;
}
