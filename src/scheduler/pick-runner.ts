/** What the choice is made from. */
export interface RunnerLoad {
  readonly freeSlots: number;
  readonly inFlight: number;
}

/** The runner with the least work among those that have a free slot; the first of equals; null when none has one. */
export function pickRunner<R extends RunnerLoad>(runners: readonly R[]): R | null {
  let best: R | null = null;
  for (const runner of runners) {
    if (runner.freeSlots > 0 && (best === null || runner.inFlight < best.inFlight)) best = runner;
  }
  return best;
}
