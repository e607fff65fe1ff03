import type { Tensor } from '#tensor/tensor.js';

export interface RunnerListener {
  /** Slots became free without a run having settled. */
  available(): void;
  /** The runner is gone for good. */
  lost(reason: string): void;
}

/** What a run came to. */
export interface RunOutcome {
  readonly outputs: readonly Tensor[];
  /** Nanoseconds inside the engine. */
  readonly runNs: number;
  /** How long ago that ended. */
  readonly agoNs: number;
}

/** Where tasks are run. The scheduler does not know that devices exist: lifecycle hands it instances as Runners. */
export interface Runner {
  readonly id: string;
  /** Runs that may be started now. */
  readonly freeSlots: number;
  readonly inFlight: number;
  /** Threads of this host that a run keeps busy; 0 where it runs elsewhere. */
  readonly hostThreads: number;
  /** The bytes of `inputs` are given away. Rejects with ServingError. */
  run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunOutcome>;
  listen(listener: RunnerListener): void;
}
