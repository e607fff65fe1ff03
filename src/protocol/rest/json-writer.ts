import { Buffer } from 'node:buffer';
import { putAscii } from './json-digits.js';

const FIRST_BYTES = 1024;
const QUOTE = 0x22;

/** A growing text in UTF-8. */
export class JsonWriter {
  /** Its memory, and some more. Loops write into it, after `reserve`, from `at` on. */
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  /** The same memory. */
  view: DataView = new DataView(this.bytes.buffer);
  /** How long the text is. */
  at = 0;

  /** What has been written. The writer is done with it, and must not be used again. */
  finish(): Buffer {
    return Buffer.from(this.bytes.buffer, 0, this.at);
  }

  /** Makes room for so many bytes: `bytes` and `view` may be others from now on. */
  reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  text(text: string): void {
    const added = Buffer.from(text);
    this.reserve(added.length);
    this.bytes.set(added, this.at);
    this.at += added.length;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.at++] = byte;
  }

  /** Text of ASCII characters only, and few of them. */
  ascii(text: string): void {
    this.reserve(text.length);
    this.at = putAscii(this.bytes, this.at, text);
  }

  /** Bytes [from, to) between quotes, as they are. */
  quoted(data: Uint8Array, from: number, to: number): void {
    this.reserve(to - from + 2);
    const { bytes } = this;
    let next = this.at;
    bytes[next++] = QUOTE;
    for (let at = from; at < to; at++) bytes[next++] = data[at] ?? 0;
    bytes[next++] = QUOTE;
    this.at = next;
  }
}
