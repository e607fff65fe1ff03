import { DATATYPE_BYTES, type DataType } from '#tensor/datatype.js';
import { byteAt, DOT, END, isDigit, LOWER_E, MINUS, ZERO } from './json-bytes.js';
import {
  cannotHold,
  type Elements,
  nextElement,
  numberElement,
  type TensorHead,
} from './json-data-elements.js';
import { integerOf } from './json-decimal.js';
import type { JsonReader } from './json-reader.js';

type Range = readonly [least: bigint, most: bigint];

export type IntegerType = Exclude<DataType, 'BOOL' | 'FP16' | 'BF16' | 'FP32' | 'FP64' | 'BYTES'>;

/** The integers of each datatype. */
const INTEGER_RANGES: Readonly<Record<IntegerType, Range>> = {
  UINT8: [0n, 2n ** 8n - 1n],
  UINT16: [0n, 2n ** 16n - 1n],
  UINT32: [0n, 2n ** 32n - 1n],
  UINT64: [0n, 2n ** 64n - 1n],
  INT8: [-(2n ** 7n), 2n ** 7n - 1n],
  INT16: [-(2n ** 15n), 2n ** 15n - 1n],
  INT32: [-(2n ** 31n), 2n ** 31n - 1n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** The largest number of which the digits so far, times ten and one digit more, are exact as a double. */
const MANTISSA_BOUND = 900_719_925_474_099;

/** Fills a tensor of integers, each exactly the number that was written. */
export class IntegerElements implements Elements {
  index = 0;
  readonly #out: DataView;
  readonly #size: number;
  readonly #head: TensorHead;
  readonly #range: Range;
  readonly #least: number;
  readonly #most: number;
  readonly #count: number;

  constructor(head: TensorHead, datatype: IntegerType, out: Uint8Array) {
    this.#head = head;
    this.#out = new DataView(out.buffer, out.byteOffset, out.byteLength);
    this.#size = DATATYPE_BYTES[datatype];
    this.#count = out.byteLength / this.#size;
    this.#range = INTEGER_RANGES[datatype];
    // Of 64 bits, what a double holds exactly is all that the fast path makes.
    this.#least = Math.max(Number(this.#range[0]), Number.MIN_SAFE_INTEGER);
    this.#most = Math.min(Number(this.#range[1]), Number.MAX_SAFE_INTEGER);
  }

  run(reader: JsonReader): void {
    const { bytes } = reader;
    const least = this.#least;
    const most = this.#most;
    let next = reader.at;
    while (next !== END) {
      let at = next;
      let byte = byteAt(bytes, at);
      const negative = byte === MINUS;
      if (negative) byte = byteAt(bytes, ++at);
      let fast = isDigit(byte);
      let value = byte - ZERO;
      byte = byteAt(bytes, ++at);
      if (value === 0) fast = fast && !isDigit(byte);
      while (isDigit(byte)) {
        if (value >= MANTISSA_BOUND) fast = false;
        value = value * 10 + (byte - ZERO);
        byte = byteAt(bytes, ++at);
      }
      if (negative) value = -value;
      // The slow way reads the element again: it knows fractions and exponents, and names what is wrong.
      if (fast && byte !== DOT && (byte | 0x20) !== LOWER_E && value >= least && value <= most)
        this.#store(value);
      else {
        reader.at = next;
        this.#slow(reader);
        at = reader.at;
      }
      reader.at = at;
      next = nextElement(bytes, at);
    }
  }

  #store(value: number): void {
    if (this.index < this.#count) {
      switch (this.#size) {
        case 1:
          this.#out.setUint8(this.index, value);
          break;
        case 2:
          this.#out.setUint16(this.index * 2, value, true);
          break;
        case 4:
          this.#out.setUint32(this.index * 4, value, true);
          break;
        default:
          this.#out.setUint32(this.index * 8, value >>> 0, true);
          this.#out.setInt32(this.index * 8 + 4, Math.floor(value / 2 ** 32), true);
      }
    }
    this.index++;
  }

  #slow(reader: JsonReader): void {
    const text = numberElement(reader, this.#head, this.index);
    const value = /^-?\d/.test(text) ? integerOf(text) : null;
    const [least, most] = this.#range;
    if (value === null || value < least || value > most) {
      throw cannotHold(this.#head, this.index, text, `${least}..${most}`);
    }
    if (this.#size < 8) this.#store(Number(value));
    else {
      if (this.index < this.#count) this.#out.setBigUint64(this.index * 8, BigInt.asUintN(64, value), true);
      this.index++;
    }
  }
}
