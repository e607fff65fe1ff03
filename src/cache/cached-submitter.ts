import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import type { Job, Submitter, TaskResult } from '#scheduler/task.js';
import type { Tensor } from '#tensor/tensor.js';
import { Flight, type Outcome } from './flight.js';
import { type CachedModel, responseKey } from './key.js';
import type { ResponseStore } from './store.js';

/**
 * Answers a job that was answered before from what was kept of it, and has all others run. Jobs that are the same and on
 * their way at the same time run once. Jobs of a sequence depend on those before them, and always run. Errors are
 * passed on and never kept.
 */
export class CachedSubmitter implements Submitter {
  readonly #next: Submitter;
  readonly #store: ResponseStore;
  readonly #model: CachedModel;
  readonly #clock: Clock;
  /** What is on its way, by key. */
  readonly #flights = new Map<string, Flight>();

  /** @param next runs what is not kept */
  constructor(next: Submitter, store: ResponseStore, model: CachedModel, clock: Clock) {
    this.#next = next;
    this.#store = store;
    this.#model = model;
    this.#clock = clock;
  }

  submit(job: Job, call: Call): Promise<TaskResult> {
    if (job.sequence !== null) return this.#next.submit(job, call);
    const from = this.#clock.now();
    const key = responseKey(this.#model, job);
    const flight = this.#flights.get(key);
    return flight === undefined
      ? this.#lead(key, job, call, from)
      : this.#follow(flight, key, job, call, from);
  }

  /** Looks, runs on a miss, and answers all who joined meanwhile. */
  async #lead(key: string, job: Job, call: Call, from: number): Promise<TaskResult> {
    const flight = new Flight();
    this.#flights.set(key, flight);
    const land = (outcome: Outcome): void => {
      this.#flights.delete(key);
      flight.land(outcome);
    };
    try {
      const kept = await this.#store.get(key);
      const lookupNs = this.#sinceNs(from);
      const result = kept === null ? await this.#next.submit(job, call) : hit(kept, lookupNs);
      // Before the answer is given away.
      if (kept === null) this.#store.put(key, result.outputs);
      land({ outputs: result.outputs });
      return { ...result, lookupNs };
    } catch (thrown) {
      land({ error: ServingError.from(thrown) });
      throw thrown;
    }
  }

  /** Waits for the same job's answer, or runs after all where whoever leads has left. */
  async #follow(flight: Flight, key: string, job: Job, call: Call, from: number): Promise<TaskResult> {
    const outputs = await flight.join(call, this.#clock);
    if (outputs !== 'left') return hit(outputs, this.#sinceNs(from));
    const next = this.#flights.get(key);
    if (next === undefined) return this.#lead(key, job, call, from);
    const again = await next.join(call, this.#clock);
    return again === 'left' ? this.#next.submit(job, call) : hit(again, this.#sinceNs(from));
  }

  #sinceNs(from: number): number {
    return (this.#clock.now() - from) * 1e6;
  }
}

/** The time of the look stands for the wait: there was no other. */
function hit(outputs: readonly Tensor[], lookupNs: number): TaskResult {
  const timings = { queuedNs: lookupNs, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 0 };
  return { outputs, timings, isCached: true, lookupNs };
}
