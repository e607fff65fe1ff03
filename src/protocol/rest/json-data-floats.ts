import { byteAt, DOT, END, isDigit, LOWER_E, MINUS, PLUS, ZERO } from './json-bytes.js';
import {
  cannotHold,
  type Elements,
  nextElement,
  numberElement,
  type TensorHead,
} from './json-data-elements.js';
import { LARGEST_EXACT_POWER, nearestFp32, POWERS_OF_TEN } from './json-float.js';
import type { JsonReader } from './json-reader.js';

/** Another digit may be appended to a mantissa below this, and the result is still an exact double. */
const MANTISSA_BOUND = 900_719_925_474_099;

/** Farther from zero than this, the fast path gives an exponent up. */
const LARGEST_FAST_EXPONENT = 60;

/** A larger exponent may stand against as many zeros; that is for the slow way. */
const LONGEST_EXPONENT = 9999;

/**
 * One over and one under: a double made of the first 15 digits of a number, or more, and one multiplication or division
 * by a power of ten is off by less than 2^-49 of itself; 2^-48 leaves room for the rounding of these products.
 */
const OVER = 1 + 2 ** -48;
const UNDER = 1 - 2 ** -48;

/** Fills a tensor of FP32 or FP64: every number correctly rounded, ties to even. */
export class FloatElements implements Elements {
  index = 0;
  readonly #out: DataView;
  readonly #isFp32: boolean;
  readonly #head: TensorHead;
  readonly #count: number;

  constructor(head: TensorHead, out: Uint8Array) {
    this.#head = head;
    this.#out = new DataView(out.buffer, out.byteOffset, out.byteLength);
    this.#isFp32 = head.datatype === 'FP32';
    this.#count = out.byteLength / (this.#isFp32 ? 4 : 8);
  }

  run(reader: JsonReader): void {
    const { bytes } = reader;
    let next = reader.at;
    while (next !== END) {
      let at = next;
      let byte = byteAt(bytes, at);
      const negative = byte === MINUS;
      if (negative) byte = byteAt(bytes, ++at);

      // The number is mantissa × 10^exponent, or a little more when digits were dropped. `fast` falls at whatever this
      // does not read or cannot round for certain; the slow way then reads the element again, and names what is wrong.
      let fast = isDigit(byte);
      let mantissa = byte - ZERO;
      let exponent = 0;
      let dropped = false;
      byte = byteAt(bytes, ++at);
      if (mantissa === 0) fast = fast && !isDigit(byte);
      while (isDigit(byte)) {
        if (mantissa < MANTISSA_BOUND) mantissa = mantissa * 10 + (byte - ZERO);
        else {
          dropped = true;
          exponent++;
        }
        byte = byteAt(bytes, ++at);
      }
      if (byte === DOT) {
        byte = byteAt(bytes, ++at);
        fast = fast && isDigit(byte);
        while (isDigit(byte)) {
          if (mantissa < MANTISSA_BOUND) {
            mantissa = mantissa * 10 + (byte - ZERO);
            exponent--;
          } else dropped = true;
          byte = byteAt(bytes, ++at);
        }
      }
      if ((byte | 0x20) === LOWER_E) {
        byte = byteAt(bytes, ++at);
        const under = byte === MINUS;
        if (under || byte === PLUS) byte = byteAt(bytes, ++at);
        fast = fast && isDigit(byte);
        let written = 0;
        while (isDigit(byte)) {
          written = written * 10 + (byte - ZERO);
          if (written > LONGEST_EXPONENT) fast = false;
          byte = byteAt(bytes, ++at);
        }
        exponent += under ? -written : written;
      }

      let value = mantissa;
      const distance = exponent < 0 ? -exponent : exponent;
      if (distance > LARGEST_FAST_EXPONENT) fast = false;
      else if (exponent < 0) value /= POWERS_OF_TEN[distance] as number;
      else if (exponent > 0) value *= POWERS_OF_TEN[distance] as number;
      if (dropped || exponent !== 0) {
        if (this.#isFp32) {
          const rounded = Math.fround(value * OVER);
          fast = fast && rounded === Math.fround(value * UNDER) && rounded !== Infinity;
        } else fast = fast && !dropped && distance <= LARGEST_EXACT_POWER;
      }
      if (fast) this.#store(negative ? -value : value);
      else {
        reader.at = next;
        this.#store(this.#slow(reader));
        at = reader.at;
      }
      reader.at = at;
      next = nextElement(bytes, at);
    }
  }

  #store(value: number): void {
    if (this.index < this.#count) {
      if (this.#isFp32) this.#out.setFloat32(this.index * 4, value, true);
      else this.#out.setFloat64(this.index * 8, value, true);
    }
    this.index++;
  }

  /** Reads any number, and refuses what is none or too large. */
  #slow(reader: JsonReader): number {
    const text = numberElement(reader, this.#head, this.index);
    const special = SPECIAL.get(text);
    if (special !== undefined) return special;
    const value = this.#isFp32 ? nearestFp32(text) : Number(text);
    if (Number.isFinite(value)) return value;
    throw cannotHold(
      this.#head,
      this.index,
      text,
      this.#isFp32 ? '±3.4028235e38' : '±1.7976931348623157e308',
    );
  }
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['Inf', Infinity],
  ['-Infinity', -Infinity],
  ['-Inf', -Infinity],
]);
