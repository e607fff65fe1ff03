import { Buffer, isUtf8 } from 'node:buffer';
import { invalid, type ServingError } from '#core/errors.js';

/** The wire types of protobuf's encoding. */
export const VARINT = 0;
export const FIXED64 = 1;
export const CHUNK = 2;
export const START_GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;

/** Deeper groups than these are nobody's message. */
const MAX_GROUPS = 32;

/**
 * Walks over an encoded protobuf message without making anything of it: what it hands out are views of the message.
 * Every method throws INVALID_ARGUMENT where the bytes are not the encoding of a message.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  /** What complaints call the message, for instance `ModelInferRequest`. */
  readonly name: string;
  at = 0;
  /** The field number and wire type that `next` found. */
  field = 0;
  wireType = 0;
  /** The halves of the varint that was read last, unsigned. */
  low = 0;
  high = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  /** Reads the next tag into `field` and `wireType`. False at the end. */
  next(): boolean {
    if (this.isAtEnd) return false;
    const from = this.at;
    this.varint();
    this.field = this.low >>> 3;
    this.wireType = this.low & 7;
    if (this.high !== 0 || this.field === 0 || this.wireType > FIXED32) {
      throw this.malformed(from, `${this.high === 0 ? this.low : 'a number beyond 32 bits'} is not a tag`);
    }
    return true;
  }

  /** Reads a varint into `low` and `high`. */
  varint(): void {
    const from = this.at;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw this.malformed(from, 'the message ends inside of a number');
      this.at++;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i > 4) high |= bits << (7 * i - 32);
      else {
        low |= bits << 28;
        high |= bits >>> 4;
      }
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw this.malformed(from, 'a number has more than ten bytes');
  }

  bool(): boolean {
    this.#expect(VARINT);
    this.varint();
    return (this.low | this.high) !== 0;
  }

  /** A number where a double holds it exactly, else a bigint. */
  int64(): number | bigint {
    this.#expect(VARINT);
    this.varint();
    return exact(BigInt(this.high | 0) * 2n ** 32n + BigInt(this.low), this);
  }

  uint64(): number | bigint {
    this.#expect(VARINT);
    this.varint();
    return exact(BigInt(this.high) * 2n ** 32n + BigInt(this.low), this);
  }

  double(): number {
    this.#expect(FIXED64);
    const { buffer, byteOffset } = this.#take(8);
    return new DataView(buffer, byteOffset).getFloat64(0, true);
  }

  /** The bytes of a string, a bytes field, a message or a packed list, as a view. */
  chunk(): Uint8Array {
    this.#expect(CHUNK);
    const from = this.at;
    this.varint();
    const left = this.bytes.length - this.at;
    if (this.high !== 0 || this.low > left) {
      const length = this.high === 0 ? `${this.low} bytes` : 'more than 4 GiB';
      throw this.malformed(from, `field ${this.field} is ${length} long, but the message ends after ${left}`);
    }
    return this.#take(this.low);
  }

  text(): string {
    const from = this.at;
    const bytes = this.chunk();
    if (!isUtf8(bytes)) throw this.malformed(from, `field ${this.field} is not UTF-8 text`);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  }

  message(name: string): WireReader {
    return new WireReader(this.chunk(), name);
  }

  /** Passes over the value of a field that nobody knows, and answers its bytes. */
  skip(depth = 0): Uint8Array {
    const from = this.at;
    switch (this.wireType) {
      case VARINT:
        this.varint();
        break;
      case FIXED64:
        this.#take(8);
        break;
      case FIXED32:
        this.#take(4);
        break;
      case CHUNK:
        return this.chunk();
      case START_GROUP:
        this.#skipGroup(depth);
        break;
      default:
        throw this.malformed(from, 'a group ends that has not begun');
    }
    return this.bytes.subarray(from, this.at);
  }

  malformed(at: number, problem: string): ServingError {
    return invalid(`failed to parse the ${this.name}: ${problem} at byte ${at}`);
  }

  #skipGroup(depth: number): void {
    const { field, at } = this;
    if (depth === MAX_GROUPS) throw this.malformed(at, `groups stand more than ${MAX_GROUPS} deep`);
    while (this.next()) {
      if (this.wireType === END_GROUP && this.field === field) return;
      this.skip(depth + 1);
    }
    throw this.malformed(at, 'the message ends inside of a group');
  }

  #expect(wireType: number): void {
    if (this.wireType === wireType) return;
    throw this.malformed(
      this.at,
      `field ${this.field} has wire type ${this.wireType}, not ${wireType} as expected,`,
    );
  }

  #take(length: number): Uint8Array {
    const from = this.at;
    if (this.bytes.length - from < length) {
      throw this.malformed(from, `the message ends inside of field ${this.field}`);
    }
    this.at += length;
    return this.bytes.subarray(from, this.at);
  }
}

function exact(value: bigint, { low, high }: WireReader): number | bigint {
  if (high === 0) return low;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
