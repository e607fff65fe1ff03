import { Worker } from 'node:worker_threads';
import type { Batch, ThreadData } from '#worker/messages.js';

export const WORKER_ENTRY: URL = new URL(import.meta.resolve('#worker/main.js'));

/** Starts an engine thread. It loads the engine of `data` at once, and needs not be asked for that. */
export function startThread(entry: URL, data: ThreadData = { engine: null }): Worker {
  return new Worker(entry, { execArgv: [], name: 'furiosa-engine', workerData: data });
}

/**
 * The first engine thread of a process, started before there is a session for it: it comes up, and loads its engine, while
 * the main thread loads the server. Whoever needs a thread first takes it; it does not keep the process.
 */
export class ThreadAhead {
  #thread: Worker | null = null;
  /** One that cannot come up is forgotten: the next is started by who needs it, and hears why it cannot. */
  readonly #forget = (): void => {
    this.#thread = null;
  };

  /** @param engine what the first model will need; null where that is not known */
  start(engine: ThreadData['engine']): void {
    if (this.#thread !== null) return;
    this.#thread = startThread(WORKER_ENTRY, { engine });
    this.#thread.unref();
    this.#thread.on('error', this.#forget).on('exit', this.#forget);
  }

  /** Null where none was started ahead, or somebody has it. */
  take(): Worker | null {
    const thread = this.#thread;
    this.#thread = null;
    thread?.off('error', this.#forget).off('exit', this.#forget).ref();
    return thread;
  }

  /**
   * Ends what nobody has taken; settles when that is gone, and never rejects. It is asked to end, since it may be inside of
   * its engine's native code.
   */
  async drop(): Promise<void> {
    const thread = this.take();
    if (thread === null) return;
    const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
    // Nobody waits for it, so that it could not come up is nobody's fault either.
    thread.on('error', () => {});
    const batch: Batch = [{ kind: 'end' }];
    thread.postMessage(batch);
    await ended;
  }
}

/** There is one process, and one start of it. */
export const threadAhead: ThreadAhead = new ThreadAhead();
