import { nextElement } from './json-data-elements.js';
import { digitsIn, fullQuadValue, quadOf, quadValue } from './json-quad.js';

// V8 folds a module's own constants into its loops; imported ones it loads for every byte.
const END = -1;
const SPACE = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;

/** Farther from zero than this, an exponent is left to others. */
const LARGEST_EXPONENT = 60;
/** The powers of ten from 10^-60 to 10^60, each the nearest double, and where 10^0 is among them. */
const POWERS = Float64Array.from({ length: 2 * LARGEST_EXPONENT + 1 }, (_, i) =>
  Number(`1e${i - LARGEST_EXPONENT}`),
);
const ONE = LARGEST_EXPONENT;

/** More digits after the point than these are left to others, and more than nine before it. */
const MOST_DECIMALS = 24;

/**
 * No number that is read here, with what is looked at behind it, is longer: a sign, nine digits, the point, 24 digits,
 * `e-60`, a comma, a space and one more make 42. So nothing is asked of where the text ends within a number.
 */
const ROOM = 48;

/**
 * So many elements at a time at most. V8 compiles a function well that has come to its end a few times; a loop that it must
 * compile from within is thrown away at its end, every time.
 */
const CHUNK = 256;

/**
 * One over and one under. All terms are positive, and each goes through ten roundings at most (its power of ten, their
 * product, six sums, and the power and product of the exponent), which take it off by 2^-53 of itself. So the value is off by
 * less than 2^-49 of itself, and 2^-48 leaves room for the rounding of these products.
 */
const OVER = 1 + 2 ** -48;
const UNDER = 1 - 2 ** -48;

/**
 * Reads the FP32 numbers of an array for as long as they are plain ones: not very long, not where the text ends, and not
 * so near to the middle between two FP32 numbers that a double cannot tell to which they are nearer. It never complains:
 * what it does not read, right or wrong, it leaves.
 */
export class Fp32Stretch {
  /** How many elements have been read, by whomever. */
  index = 0;
  /** After END was answered: where the last number ended. */
  at = 0;
  readonly #view: DataView;
  readonly #out: Float32Array;

  constructor(bytes: Uint8Array, out: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#out = new Float32Array(out.buffer, out.byteOffset, out.byteLength / 4);
  }

  /**
   * Reads numbers from the one that begins at `first` on. Answers where the first begins that it leaves, or END when no further
   * element follows in the array.
   */
  read(bytes: Uint8Array, first: number): number {
    const view = this.#view;
    const out = this.#out;
    const until = Math.min(out.length, this.index + CHUNK);
    const last = bytes.length - ROOM;
    let index = this.index;
    let from = first;
    while (index < until && from <= last) {
      let at = from;
      let byte = view.getUint8(at);
      const negative = byte === MINUS;
      if (negative) byte = view.getUint8(++at);
      if (byte < ZERO || byte > NINE) break;

      let value = byte - ZERO;
      byte = view.getUint8(++at);
      if (byte >= ZERO && byte <= NINE) {
        if (value === 0) break;
        const quad = quadOf(view.getInt32(at, true));
        const digits = digitsIn(quad);
        value = value * (POWERS[ONE + digits] as number) + quadValue(quad, digits);
        at += digits;
        if (digits === 4) {
          const next = quadOf(view.getInt32(at, true));
          const more = digitsIn(next);
          value = value * (POWERS[ONE + more] as number) + quadValue(next, more);
          at += more;
        }
        byte = view.getUint8(at);
      }

      if (byte === DOT) {
        // Eight digits at a time. Here the first four are mostly there; how many of the others are, is anyone's guess.
        let place = ONE;
        at++;
        do {
          const quad = quadOf(view.getInt32(at, true));
          let digits = digitsIn(quad);
          if (digits === 4) {
            const next = quadOf(view.getInt32(at + 4, true));
            const more = digitsIn(next);
            value += fullQuadValue(quad) * (POWERS[place - 4] as number);
            value += quadValue(next, more) * (POWERS[place - 4 - more] as number);
            digits = 4 + more;
          } else value += quadValue(quad, digits) * (POWERS[place - digits] as number);
          at += digits;
          place -= digits;
          byte = view.getUint8(at);
        } while (byte >= ZERO && byte <= NINE && place > ONE - MOST_DECIMALS);
        if (place === ONE) break;
      }

      if ((byte | 0x20) === LOWER_E) {
        byte = view.getUint8(++at);
        const below = byte === MINUS;
        if (below || byte === PLUS) byte = view.getUint8(++at);
        if (byte < ZERO || byte > NINE) break;
        let exponent = byte - ZERO;
        byte = view.getUint8(++at);
        if (byte >= ZERO && byte <= NINE) {
          exponent = exponent * 10 + byte - ZERO;
          byte = view.getUint8(++at);
        }
        if (exponent > LARGEST_EXPONENT) break;
        value *= POWERS[below ? ONE - exponent : ONE + exponent] as number;
      }
      if (byte >= ZERO && byte <= NINE) break;

      const rounded = Math.fround(value * OVER);
      if (rounded !== Math.fround(value * UNDER) || rounded === Infinity) break;
      out[index++] = negative ? -rounded : rounded;

      // Mostly a comma follows, and the next number right behind it or after a space.
      const ended = at;
      if (byte === COMMA) {
        byte = view.getUint8(++at);
        if (byte === SPACE) byte = view.getUint8(++at);
        if (byte >= MINUS && byte <= NINE) {
          from = at;
          continue;
        }
      }
      from = nextElement(bytes, ended);
      if (from === END) {
        this.at = ended;
        break;
      }
    }
    this.index = index;
    return from;
  }
}
