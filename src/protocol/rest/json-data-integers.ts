import { cannotHold } from '#protocol/request-faults.js';
import { DATATYPE_BYTES, type DataType } from '#tensor/datatype.js';
import { type Elements, nextElement, numberElement, type TensorHead } from './json-data-elements.js';
import { integerOf } from './json-decimal.js';
import type { JsonReader } from './json-reader.js';

// V8 folds a module's own constants into its loops; imported ones it loads for every byte.
const END = -1;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;

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

/** Fills a tensor of integers, each exactly the number that was written. */
export class IntegerElements implements Elements {
  index = 0;
  readonly #out: DataView;
  readonly #size: number;
  readonly #head: TensorHead;
  readonly #range: Range;

  constructor(head: TensorHead, datatype: IntegerType, out: Uint8Array) {
    this.#head = head;
    this.#out = new DataView(out.buffer, out.byteOffset, out.byteLength);
    this.#size = DATATYPE_BYTES[datatype];
    this.#range = INTEGER_RANGES[datatype];
  }

  run(reader: JsonReader): void {
    const { bytes } = reader;
    const end = bytes.length;
    const out = this.#out;
    const size = this.#size;
    const count = out.byteLength / size;
    // Of 64 bits, this loop makes what a double holds exactly.
    const least = Math.max(Number(this.#range[0]), Number.MIN_SAFE_INTEGER);
    const most = Math.min(Number(this.#range[1]), Number.MAX_SAFE_INTEGER);
    let index = this.index;
    let from = reader.at;
    for (;;) {
      let at = from;
      let byte = at < end ? (bytes[at] as number) : END;
      const negative = byte === MINUS;
      if (negative) byte = ++at < end ? (bytes[at] as number) : END;
      let fast = byte >= ZERO && byte <= NINE;
      let value = byte - ZERO;
      byte = ++at < end ? (bytes[at] as number) : END;
      if (value === 0 && byte >= ZERO && byte <= NINE) fast = false;
      while (byte >= ZERO && byte <= NINE) {
        // Sums beyond 2^53 are not exact, but they stay beyond it.
        value = value * 10 + (byte - ZERO);
        byte = ++at < end ? (bytes[at] as number) : END;
      }
      if (negative) value = -value;
      if (fast && byte !== DOT && (byte | 0x20) !== LOWER_E && value >= least && value <= most) {
        if (index < count) storeInteger(out, index, size, value);
      } else {
        reader.at = from;
        this.#slow(reader, index, count);
        at = reader.at;
      }
      index++;

      // Mostly a comma follows, and the next number right behind it.
      byte = at + 1 < end ? (bytes[at + 1] as number) : END;
      if (byte >= MINUS && byte <= NINE && bytes[at] === COMMA) from = at + 1;
      else {
        from = nextElement(bytes, at);
        if (from !== END) continue;
        reader.at = at;
        this.index = index;
        return;
      }
    }
  }

  /** Reads any number: fractions, exponents and 64 bits too, or says what is wrong with it. */
  #slow(reader: JsonReader, index: number, count: number): void {
    const text = numberElement(reader, this.#head, index);
    const value = /^-?\d/.test(text) ? integerOf(text) : null;
    const [least, most] = this.#range;
    if (value === null || value < least || value > most) {
      throw cannotHold(this.#head, index, text, `${least}..${most}`);
    }
    if (index >= count) return;
    if (this.#size === 8) this.#out.setBigUint64(index * 8, BigInt.asUintN(64, value), true);
    else storeInteger(this.#out, index, this.#size, Number(value));
  }
}

/** Writes an integer that is exact as a double, signed or not: two's complement of the lowest bits. */
function storeInteger(out: DataView, index: number, size: number, value: number): void {
  if (size === 1) out.setUint8(index, value);
  else if (size === 2) out.setUint16(index * 2, value, true);
  else if (size === 4) out.setUint32(index * 4, value, true);
  else {
    out.setUint32(index * 8, value, true);
    out.setUint32(index * 8 + 4, Math.floor(value / 2 ** 32), true);
  }
}
