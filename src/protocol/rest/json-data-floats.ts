import { cannotHold } from '#protocol/request-faults.js';
import { type Elements, nextElement, numberElement, type TensorHead } from './json-data-elements.js';
import { Fp32Stretch } from './json-data-fp32.js';
import { LARGEST_EXACT_POWER, nearestFp32, POWERS_OF_TEN } from './json-float.js';
import type { JsonReader } from './json-reader.js';

// V8 folds a module's own constants into its loops; imported ones it loads for every byte.
const END = -1;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;

/** Another digit may be appended to a mantissa below this, and the result is still an exact double. */
const MANTISSA_BOUND = 900_719_925_474_099;

/** Farther from zero than this, the fast path gives an exponent up. */
const LARGEST_FAST_EXPONENT = 60;

/**
 * One over and one under: a double made of the first 15 digits of a number, or more, and one multiplication or division
 * by a power of ten is off by less than 2^-49 of itself; 2^-48 leaves room for the rounding of these products.
 */
const OVER = 1 + 2 ** -48;
const UNDER = 1 - 2 ** -48;

/**
 * Fills a tensor of FP32 or FP64: every number correctly rounded, ties to even. In FP32 that is quick in stretches, and
 * what stands between them is read here.
 */
export class FloatElements implements Elements {
  index = 0;
  readonly #out: DataView;
  readonly #isFp32: boolean;
  readonly #head: TensorHead;
  readonly #stretch: Fp32Stretch | null;

  /** @param bytes the text in which the elements stand. */
  constructor(head: TensorHead, bytes: Uint8Array, out: Uint8Array) {
    this.#head = head;
    this.#out = new DataView(out.buffer, out.byteOffset, out.byteLength);
    this.#isFp32 = head.datatype === 'FP32';
    this.#stretch = this.#isFp32 ? new Fp32Stretch(bytes, out) : null;
  }

  run(reader: JsonReader): void {
    const { bytes } = reader;
    const isFp32 = this.#isFp32;
    const stretch = this.#stretch;
    const out = this.#out;
    const end = bytes.length;
    const size = isFp32 ? 4 : 8;
    const count = out.byteLength / size;
    let index = this.index;
    let from = reader.at;
    for (;;) {
      if (stretch !== null) {
        stretch.index = index;
        from = stretch.read(bytes, from);
        index = stretch.index;
        if (from === END) {
          reader.at = stretch.at;
          this.index = index;
          return;
        }
      }
      let at = from;
      let byte = at < end ? (bytes[at] as number) : END;
      const negative = byte === MINUS;
      if (negative) byte = ++at < end ? (bytes[at] as number) : END;

      // The number is mantissa × 10^exponent, or a little more where digits were dropped. `fast` falls at whatever this
      // loop does not read, or cannot round for certain: then the slow way reads the element anew.
      let fast = byte >= ZERO && byte <= NINE;
      let mantissa = byte - ZERO;
      let exponent = 0;
      let dropped = false;
      byte = ++at < end ? (bytes[at] as number) : END;
      if (mantissa === 0 && byte >= ZERO && byte <= NINE) fast = false;
      while (byte >= ZERO && byte <= NINE) {
        if (mantissa < MANTISSA_BOUND) mantissa = mantissa * 10 + (byte - ZERO);
        else {
          dropped = true;
          exponent++;
        }
        byte = ++at < end ? (bytes[at] as number) : END;
      }
      if (byte === DOT) {
        byte = ++at < end ? (bytes[at] as number) : END;
        if (byte < ZERO || byte > NINE) fast = false;
        while (byte >= ZERO && byte <= NINE) {
          if (mantissa < MANTISSA_BOUND) {
            mantissa = mantissa * 10 + (byte - ZERO);
            exponent--;
          } else dropped = true;
          byte = ++at < end ? (bytes[at] as number) : END;
        }
      }
      if ((byte | 0x20) === LOWER_E) {
        byte = ++at < end ? (bytes[at] as number) : END;
        const below = byte === MINUS;
        if (below || byte === PLUS) byte = ++at < end ? (bytes[at] as number) : END;
        if (byte < ZERO || byte > NINE) fast = false;
        let written = 0;
        while (byte >= ZERO && byte <= NINE) {
          written = written * 10 + (byte - ZERO);
          byte = ++at < end ? (bytes[at] as number) : END;
        }
        exponent += below ? -written : written;
      }

      let value = mantissa;
      if (exponent !== 0 || dropped) {
        const distance = exponent < 0 ? -exponent : exponent;
        if (distance > LARGEST_FAST_EXPONENT) fast = false;
        else {
          const power = POWERS_OF_TEN[distance] as number;
          value = exponent < 0 ? value / power : value * power;
          if (isFp32) {
            const rounded = Math.fround(value * OVER);
            if (rounded !== Math.fround(value * UNDER) || rounded === Infinity) fast = false;
          } else if (dropped || distance > LARGEST_EXACT_POWER) fast = false;
        }
      }
      if (negative) value = -value;
      if (!fast) {
        reader.at = from;
        value = this.#slow(reader, index);
        at = reader.at;
      }
      if (index < count) {
        if (isFp32) out.setFloat32(index * 4, value, true);
        else out.setFloat64(index * 8, value, true);
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

  /** Reads any number, and refuses what is none or too large. */
  #slow(reader: JsonReader, index: number): number {
    const text = numberElement(reader, this.#head, index);
    const special = SPECIAL.get(text);
    if (special !== undefined) return special;
    const value = this.#isFp32 ? nearestFp32(text) : Number(text);
    if (Number.isFinite(value)) return value;
    throw cannotHold(this.#head, index, text, this.#isFp32 ? '±3.4028235e38' : '±1.7976931348623157e308');
  }
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['Inf', Infinity],
  ['-Infinity', -Infinity],
  ['-Inf', -Infinity],
]);
