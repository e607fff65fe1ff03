import type { Tensor } from '#tensor/tensor.js';

export interface RunnerListener {
  /** Slots became free without a run having settled. */
  available(): void;
  /** The runner is gone for good. */
  lost(reason: string): void;
}

/** Where tasks are run. The scheduler does not know that devices exist: lifecycle hands it instances as Runners. */
export interface Runner {
  readonly id: string;
  /** Runs that may be started now. */
  readonly freeSlots: number;
  readonly inFlight: number;
  /** The bytes of `inputs` are given away. Rejects with ServingError. */
  run(
    inputs: readonly Tensor[],
    outputs: readonly string[],
  ): Promise<{ readonly outputs: readonly Tensor[]; readonly runNs: number }>;
  listen(listener: RunnerListener): void;
}
