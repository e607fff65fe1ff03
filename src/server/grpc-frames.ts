import { ServingError } from '#core/errors.js';
import { byteLengthOf } from './encode-answer.js';
import { ReceivedBytes } from './received-bytes.js';

/** The flag and the length before each message. */
export const PREFIX_BYTES = 5;

/** What is allocated for a message before it has arrived: a connection may have a thousand of them begun. */
const FIRST_BYTES = 64 * 1024;

/** One message as it travels. */
export interface Frame {
  readonly isCompressed: boolean;
  readonly data: Uint8Array;
}

/**
 * Cuts what arrives on a stream into messages, each in a buffer of its own. A length is believed only as far as bytes
 * arrive.
 */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #take: (frame: Frame) => void;
  readonly #hold: (bytes: number) => void;
  readonly #prefix: Uint8Array = new Uint8Array(PREFIX_BYTES);
  #prefixLength = 0;
  /** The message that is being read; null between messages. */
  #data: ReceivedBytes | null = null;
  #length = 0;

  /** @param hold hears of the length of every message before its bytes are kept, and throws where there is no room for them */
  constructor(maxBytes: number, take: (frame: Frame) => void, hold: (bytes: number) => void = () => {}) {
    this.#hold = hold;
    this.#maxBytes = maxBytes;
    this.#take = take;
  }

  /** Whether a message has begun that is not whole. */
  get isMidway(): boolean {
    return this.#prefixLength > 0;
  }

  /** How much of a message has come that is not whole. */
  get receivedBytes(): number {
    return this.#data?.length ?? 0;
  }

  /** Throws PAYLOAD_TOO_LARGE, what `hold` throws, or INTERNAL (gRPC's word for it) where there is no message in these bytes. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#data === null) {
        const count = Math.min(PREFIX_BYTES - this.#prefixLength, chunk.length - at);
        this.#prefix.set(chunk.subarray(at, at + count), this.#prefixLength);
        this.#prefixLength += count;
        at += count;
        if (this.#prefixLength < PREFIX_BYTES) return;
        this.#data = this.#begin();
      }
      at = this.#fill(this.#data, chunk, at);
    }
  }

  /** Forgets what has been read of a message. */
  clear(): void {
    this.#data = null;
    this.#prefixLength = 0;
  }

  #begin(): ReceivedBytes {
    const [flag = 0] = this.#prefix;
    if (flag > 1) throw new ServingError('INTERNAL', `${flag} is not the flag of a gRPC message`);
    this.#length = new DataView(this.#prefix.buffer).getUint32(1);
    if (this.#length > this.#maxBytes) throw tooLarge(this.#length, this.#maxBytes);
    this.#hold(this.#length);
    return new ReceivedBytes(this.#length, FIRST_BYTES, this.#maxBytes);
  }

  /** Takes the bytes that belong to the message; answers where the rest begins. */
  #fill(data: ReceivedBytes, chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#length - data.length);
    data.add(chunk.subarray(at, end));
    if (data.length === this.#length) {
      this.clear();
      this.#take({ isCompressed: this.#prefix[0] === 1, data: data.take() });
    }
    return end;
  }
}

/** The prefix of a message in these pieces. Throws INTERNAL where no client could take it. */
export function prefixOf(pieces: readonly Uint8Array[], isCompressed = false): Uint8Array {
  const length = byteLengthOf(pieces);
  if (length > LARGEST_MESSAGE) {
    throw new ServingError(
      'INTERNAL',
      `the answer has ${length} bytes, and a message of protobuf less than 2 GiB`,
    );
  }
  const prefix = new Uint8Array(PREFIX_BYTES);
  if (isCompressed) prefix[0] = 1;
  new DataView(prefix.buffer).setUint32(1, length);
  return prefix;
}

const LARGEST_MESSAGE = 2 ** 31 - 1;

export function tooLarge(length: number | string, maxBytes: number): ServingError {
  return new ServingError(
    'PAYLOAD_TOO_LARGE',
    `a message may have ${maxBytes} bytes at most, and this is ${length}; the limit is --max-body-bytes`,
  );
}
