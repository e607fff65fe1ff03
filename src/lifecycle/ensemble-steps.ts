import type { ModelRef } from '#inference/request.js';

/** One model of an ensemble, and how its tensors are called there (Triton's `ensemble_scheduling.step`). */
export interface EnsembleStep {
  readonly model: ModelRef;
  /** For each input of the model, the ensemble's tensor that it takes. */
  readonly inputs: Readonly<Record<string, string>>;
  /** For each output of the model that is used, the ensemble's tensor that it makes. */
  readonly outputs: Readonly<Record<string, string>>;
}
