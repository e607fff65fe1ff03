import { Buffer } from 'node:buffer';
import { spareBuffers } from '#core/spare-buffers.js';

/** No element of a tensor is wider. */
const ALIGNMENT = 8;

/**
 * Bytes that arrive in pieces, together in one buffer. A length that was announced is believed only as far as bytes
 * have come, or as far as a spare buffer reaches, which costs nothing: what is allocated is never more than `firstBytes`
 * or twice of what has come.
 *
 * Bytes of an announced length end on a multiple of 8 in their buffer. Binary tensors are the end of a request in REST as
 * in gRPC, so they lie as an engine needs them wherever they began.
 */
export class ReceivedBytes {
  length = 0;
  readonly #start: number;
  readonly #mostBytes: number;
  #bytes: Uint8Array<ArrayBuffer>;

  /** @param announced the length that these bytes should get, or null where it is not known; `mostBytes` is its limit */
  constructor(announced: number | null, firstBytes: number, mostBytes: number) {
    this.#start = announced === null ? 0 : (ALIGNMENT - (announced % ALIGNMENT)) % ALIGNMENT;
    this.#mostBytes = this.#start + (announced ?? mostBytes);
    const spare = announced === null ? null : spareBuffers.take(this.#mostBytes);
    this.#bytes =
      spare === null ? unfilled(Math.min(this.#start + (announced ?? 0), firstBytes)) : new Uint8Array(spare);
  }

  add(piece: Uint8Array): void {
    const end = this.#start + this.length;
    const needed = end + piece.length;
    if (needed > this.#bytes.length) this.#grow(needed, end);
    this.#bytes.set(piece, end);
    this.length += piece.length;
  }

  /** All of them. They are given away: nothing may be added any more. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#start, this.#start + this.length);
  }

  #grow(needed: number, end: number): void {
    const smaller = this.#bytes;
    this.#bytes = unfilled(Math.max(needed, Math.min(smaller.length * 2, this.#mostBytes)));
    this.#bytes.set(smaller.subarray(0, end));
    spareBuffers.give(smaller.buffer);
  }
}

/** So many bytes in a buffer of their own that hold anything until they are written: to clear them first costs. */
function unfilled(length: number): Uint8Array<ArrayBuffer> {
  const spare = spareBuffers.take(length);
  return new Uint8Array(spare ?? Buffer.allocUnsafeSlow(length).buffer);
}
