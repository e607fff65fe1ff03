import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import { Listeners } from '#core/listeners.js';

/** `open` serves; `leaving` still serves and is not ready any more; `closed` refuses new work. */
export type GateState = 'open' | 'leaving' | 'closed';

/** Where requests enter. It counts who is inside, and can be closed for good. */
export class Gate {
  #state: GateState = 'open';
  readonly #leaving = new Listeners();
  #inside = 0;
  #empty: Deferred<void> | null = null;

  get state(): GateState {
    return this.#state;
  }

  get inside(): number {
    return this.#inside;
  }

  /** Runs `work` inside the gate. Throws UNAVAILABLE once the gate is closed. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#state === 'closed') throw new ServingError('UNAVAILABLE', 'the server is shutting down');
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
      if (this.#inside === 0) this.#empty?.resolve();
    }
  }

  /** Not ready any more, and still serving. */
  leave(): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#leaving.tell();
  }

  /** Calls `listener` when the gate is not open any more, and at most once. Answers how to call that off. */
  onLeave(listener: () => void): () => void {
    return this.#leaving.add(listener);
  }

  /** Refuses new work; settles when nobody is inside. */
  close(): Promise<void> {
    this.leave();
    this.#state = 'closed';
    this.#empty ??= deferred();
    if (this.#inside === 0) this.#empty.resolve();
    return this.#empty.promise;
  }
}
