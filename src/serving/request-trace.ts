import type { Call } from '#core/call.js';
import type { Timings } from '#inference/timings.js';
import type { Tensor } from '#tensor/tensor.js';

/** Follows one request that is traced. */
export interface RequestTrace {
  /** The call as the model is to see it. */
  watched(call: Call): Call;
  /** It is about to be given to the model, and its bytes with it. */
  queued(inputs: readonly Tensor[], rows: number): void;
  /** @param timings null where they do not follow one another */
  computed(outputs: readonly Tensor[], timings: Timings | null, isCached: boolean): void;
  failed(thrown: unknown): void;
  /** To be called exactly once, however the request ended. */
  end(): void;
}
