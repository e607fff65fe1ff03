import { Buffer } from 'node:buffer';

const FIRST_BYTES = 1024;
const MINUS = 0x2d;
const ZERO = 0x30;
const QUOTE = 0x22;

/** A growing text in UTF-8. */
export class JsonWriter {
  #bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** What has been written. The writer is done with it, and must not be used again. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.buffer, 0, this.#length);
  }

  text(text: string): void {
    const bytes = Buffer.from(text);
    this.#room(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  byte(byte: number): void {
    this.#room(1)[this.#length++] = byte;
  }

  /** Text of ASCII characters only, and few of them. */
  ascii(text: string): void {
    const bytes = this.#room(text.length);
    for (let i = 0; i < text.length; i++) bytes[this.#length++] = text.charCodeAt(i);
  }

  /** Bytes [from, to) between quotes, as they are. */
  quoted(data: Uint8Array, from: number, to: number): void {
    const bytes = this.#room(to - from + 2);
    bytes[this.#length++] = QUOTE;
    for (let at = from; at < to; at++) bytes[this.#length++] = data[at] ?? 0;
    bytes[this.#length++] = QUOTE;
  }

  /** An integer that is exact as a double. */
  integer(value: number): void {
    if (value < 0) this.byte(MINUS);
    this.digits(Math.abs(value), digitCount(Math.abs(value)));
  }

  /** The last `count` digits of an exact integer that is not negative, with zeros before it. */
  digits(value: number, count: number): void {
    const bytes = this.#room(count);
    let rest = value;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const tenth = Math.floor(rest / 10);
      bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#length += count;
  }

  #room(size: number): Uint8Array {
    if (this.#length + size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

/** How many digits a non-negative integer has. */
export function digitCount(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
}
