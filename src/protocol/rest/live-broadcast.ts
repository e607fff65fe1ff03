import { ServingError } from '#core/errors.js';
import type { LiveState } from '#serving/live-feed.js';
import type { ServerInfo } from '#serving/serving.js';
import { frameOf, type LiveFrame } from './encode-live.js';

/** So many may look on at once. */
export const MAX_LIVE_STREAMS = 1000;

/** As much of `Serving` as is needed. */
export interface LiveServing {
  info(): ServerInfo;
  /** As `LiveFeed.listen`. */
  onLive(listener: (state: LiveState) => void): () => void;
}

type Result = IteratorResult<Uint8Array, undefined>;

const DONE: Result = { done: true, value: undefined };

/**
 * Writes each state of the server once, and hands the same bytes to all who look on. A stream is behind where its reader
 * is slow: what it missed is not kept, and the whole state follows instead.
 */
export class LiveBroadcast {
  readonly #serving: LiveServing;
  readonly #streams = new Set<LiveStream>();
  #newest: LiveFrame | null = null;
  #callOff: (() => void) | null = null;

  constructor(serving: LiveServing) {
    this.#serving = serving;
  }

  /** One more who looks on, from when it first asks for bytes. Throws UNAVAILABLE where there are too many. */
  open(): AsyncIterable<Uint8Array> {
    if (this.#streams.size >= MAX_LIVE_STREAMS) {
      throw new ServingError(
        'UNAVAILABLE',
        `${MAX_LIVE_STREAMS} streams of /v2/live are open, and there cannot be more`,
      );
    }
    return { [Symbol.asyncIterator]: () => this.#add() };
  }

  #add(): LiveStream {
    const stream = new LiveStream(
      () => this.#newest,
      () => this.#remove(stream),
    );
    this.#streams.add(stream);
    this.#callOff ??= this.#serving.onLive((state) => this.#tell(state));
    return stream;
  }

  #remove(stream: LiveStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#callOff?.();
    this.#callOff = null;
    this.#newest = null;
  }

  #tell(state: LiveState): void {
    const frame = frameOf(state, this.#serving.info(), this.#newest);
    this.#newest = frame;
    for (const stream of [...this.#streams]) stream.tell(frame);
  }
}

/** What one of them gets. It keeps nothing but the number of the frame that it had last. */
class LiveStream implements AsyncIterator<Uint8Array, undefined> {
  readonly #newest: () => LiveFrame | null;
  readonly #onEnd: () => void;
  #seen: number | null = null;
  #waiting: ((result: Result) => void) | null = null;
  #isEnded = false;

  constructor(newest: () => LiveFrame | null, onEnd: () => void) {
    this.#newest = newest;
    this.#onEnd = onEnd;
  }

  tell(frame: LiveFrame): void {
    this.#waiting?.(this.#take(frame));
    this.#waiting = null;
  }

  next(): Promise<Result> {
    if (this.#isEnded) return Promise.resolve(DONE);
    const newest = this.#newest();
    if (newest !== null && newest.number !== this.#seen) return Promise.resolve(this.#take(newest));
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Ends it; whoever waits for more hears so at once. */
  return(): Promise<Result> {
    if (!this.#isEnded) {
      this.#isEnded = true;
      this.#onEnd();
      this.#waiting?.(DONE);
      this.#waiting = null;
    }
    return Promise.resolve(DONE);
  }

  #take(frame: LiveFrame): Result {
    const follows = this.#seen !== null && frame.number === this.#seen + 1;
    this.#seen = frame.number;
    return { done: false, value: follows ? frame.changes : frame.whole };
  }
}
