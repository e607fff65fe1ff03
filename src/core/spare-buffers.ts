/** Smaller buffers are as well left to the garbage collector. */
export const LEAST_SPARE_BYTES: number = 64 * 1024;

/** More buffers than that are not worth looking through. */
const MOST_BUFFERS = 64;

/**
 * Large buffers that nobody uses any more, kept for the next who needs one. V8 learns that a large buffer is not needed
 * only when it collects garbage, and it collects all the sooner for every large buffer: without this, a server of
 * large tensors spends half of its time there. The oldest go when there are too many.
 *
 * Whoever gives a buffer must be the last who has it: the next one writes another request's bytes to it. What a buffer
 * holds when it is taken is anything.
 */
export class SpareBuffers {
  readonly #mostBytes: number;
  /** Oldest first. */
  #buffers: ArrayBuffer[] = [];
  #byteLength = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** How many bytes lie here. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** A buffer of so many bytes, or up to twice as many; null where there is none. */
  take(leastBytes: number): ArrayBuffer | null {
    const fits = ({ byteLength }: ArrayBuffer): boolean =>
      byteLength >= leastBytes && byteLength <= 2 * leastBytes;
    const at = this.#buffers.findLastIndex(fits);
    const [buffer = null] = at === -1 ? [] : this.#buffers.splice(at, 1);
    this.#byteLength -= buffer?.byteLength ?? 0;
    return buffer;
  }

  /** Keeps a buffer if it is large enough to be worth it and not larger than all that may lie here. */
  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength < LEAST_SPARE_BYTES || this.#buffers.includes(buffer)) return;
    this.#buffers.push(buffer);
    this.#byteLength += buffer.byteLength;
    while (this.#byteLength > this.#mostBytes || this.#buffers.length > MOST_BUFFERS) {
      const oldest = this.#buffers.shift();
      if (oldest === undefined) return;
      this.#byteLength -= oldest.byteLength;
      freeBuffer(oldest);
    }
  }
}

/** Those of this thread. */
export const spareBuffers: SpareBuffers = new SpareBuffers(64 * 1024 * 1024);

/** A port whose other end is closed: what is moved to it is gone at once. */
const { port1: nowhere, port2: otherEnd } = new MessageChannel();
otherEnd.close();

/** Gives a buffer's memory back now, not when garbage is next collected. Whoever still has the buffer finds it empty. */
export function freeBuffer(buffer: ArrayBuffer): void {
  nowhere.postMessage(null, [buffer]);
}
