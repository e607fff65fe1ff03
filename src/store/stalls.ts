import type { Clock, Timer } from '#core/clock.js';
import { StoreFault } from './fault.js';

/** Aborts what nothing is heard of for a while. */
export class StallWatch {
  readonly #clock: Clock;
  readonly #stallMs: number;
  readonly #stalled = new AbortController();
  #timer: Timer | null = null;

  constructor(stallMs: number, clock: Clock) {
    this.#stallMs = stallMs;
    this.#clock = clock;
    this.heard();
  }

  /** Aborted with a transient fault. */
  get signal(): AbortSignal {
    return this.#stalled.signal;
  }

  heard(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.startTimer(this.#stallMs, () =>
      this.#stalled.abort(new StoreFault('transient', `nothing came for ${this.#stallMs / 1000} s`)),
    );
  }

  stop(): void {
    this.#timer?.cancel();
  }
}

/** The pieces of a source until the signal is aborted, even where the source itself does not heed it. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await orAborted(iterator.next(), signal);
      if (done === true) return;
      yield value;
    }
  } finally {
    // Nobody waits for a source that hangs.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** What a promise comes to, or the signal's reason where that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
