import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';

const CHANNEL = 'worker_threads';

/** The threads that this process starts from now on, in order, until `stop`. */
export class EngineThreads {
  readonly started: Worker[] = [];
  readonly #listen: (message: unknown) => void;

  /** `onStart` hears of each as it starts. */
  constructor(onStart: (thread: Worker, position: number) => void = () => {}) {
    this.#listen = (message) => {
      const { worker } = message as { readonly worker: Worker };
      this.started.push(worker);
      onStart(worker, this.started.length - 1);
    };
    subscribe(CHANNEL, this.#listen);
  }

  /** Ends a thread as a crash of its engine would: without a word, in the middle of what it does. */
  async kill(position: number): Promise<void> {
    const thread = this.started[position];
    if (thread === undefined) throw new Error(`thread ${position} has not been started`);
    await thread.terminate();
  }

  stop(): void {
    unsubscribe(CHANNEL, this.#listen);
  }
}
