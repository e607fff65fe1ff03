import { digitCount, putAscii, putDigits, putEight, putZeros } from './json-digits.js';
import { exponentOfDigits, shortestByTrying, shortestDigits, UNDECIDED } from './json-shortest.js';

const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const LOWER_E = 0x65;
const PLUS = 0x2b;

/** The bits of infinity; those of NaN are larger. */
export const FP32_INFINITY_BITS = 0x7f800000;

/** What `putFp32` writes is no longer than this: 21 digits and a sign, or where it writes eight digits to keep fewer. */
export const FP32_ROOM = 32;

const bitsOfFp32 = new Int32Array(1);
const fp32OfBits = new Float32Array(bitsOfFp32.buffer);

/**
 * Writes a finite FP32 number with the fewest digits that read back as it, in the form JavaScript chooses for them: `1500`,
 * `0.015`, `1.5e-7`, `1.5e+30`. Answers where it ended. There must be room for FP32_ROOM bytes.
 *
 * @param view of the same memory as `bytes`
 * @param bits of the number, as a signed integer
 */
export function putFp32(bytes: Uint8Array, view: DataView, at: number, bits: number): number {
  let next = at;
  if (bits < 0) bytes[next++] = MINUS;
  const magnitude = bits & 0x7fffffff;
  if (magnitude === 0) {
    bytes[next] = ZERO;
    return next + 1;
  }
  const digits = shortestDigits(magnitude);
  if (digits === UNDECIDED) return putAscii(bytes, next, triedText(magnitude));
  const exponent = exponentOfDigits(magnitude);
  if (exponent < 0 && exponent >= -8) return putPointed(bytes, view, next, digits, -exponent);
  return putAnywhere(bytes, next, digits, exponent);
}

function triedText(magnitude: number): string {
  bitsOfFp32[0] = magnitude;
  return shortestByTrying(fp32OfBits[0] as number);
}

const POWERS_OF_TEN = Int32Array.from({ length: 9 }, (_, i) => 10 ** i);

/** Writes digits of which the last `decimals`, one to eight, stand after the point: what is not far from 1. */
function putPointed(bytes: Uint8Array, view: DataView, at: number, digits: number, decimals: number): number {
  const unit = POWERS_OF_TEN[decimals] as number;
  let next = at;
  let rest = digits;
  if (digits < unit) bytes[next++] = ZERO;
  else {
    const whole = (digits / unit) | 0;
    next = putDigits(bytes, next, whole, digitCount(whole));
    rest = digits - whole * unit;
    if (rest === 0) return next;
  }
  bytes[next++] = DOT;
  // All eight at once are quicker than as many as there are; the surplus is written over.
  putEight(view, next, rest * (POWERS_OF_TEN[8 - decimals] as number));
  next += decimals;
  while (bytes[next - 1] === ZERO) next--;
  return next;
}

/** Outside of these, JavaScript writes an exponent, and so does this. */
const LEAST_FIXED_MAGNITUDE = -6;
const LARGEST_FIXED_MAGNITUDE = 20;

/** Writes digits × 10^exponent, which is an integer or less than 1. */
function putAnywhere(bytes: Uint8Array, at: number, digits: number, exponent: number): number {
  let kept = digits;
  let zeros = exponent;
  for (let tenth = (kept / 10) | 0; tenth * 10 === kept; tenth = (kept / 10) | 0) {
    kept = tenth;
    zeros++;
  }
  const count = digitCount(kept);
  const magnitude = count + zeros - 1;
  if (magnitude < LEAST_FIXED_MAGNITUDE || magnitude > LARGEST_FIXED_MAGNITUDE) {
    return putScientific(bytes, at, kept, count, magnitude);
  }
  if (magnitude >= 0) return putZeros(bytes, putDigits(bytes, at, kept, count), zeros);
  bytes[at] = ZERO;
  bytes[at + 1] = DOT;
  return putDigits(bytes, at + 2, kept, -zeros);
}

/** Writes `1.5e-7`: the first digit is multiplied by 10^magnitude. */
function putScientific(
  bytes: Uint8Array,
  at: number,
  digits: number,
  count: number,
  magnitude: number,
): number {
  // The digits one place to the right, then the first one back over the point.
  let next = putDigits(bytes, at + 1, digits, count);
  bytes[at] = bytes[at + 1] as number;
  if (count > 1) bytes[at + 1] = DOT;
  else next--;
  bytes[next] = LOWER_E;
  bytes[next + 1] = magnitude < 0 ? MINUS : PLUS;
  const size = magnitude < 0 ? -magnitude : magnitude;
  return putDigits(bytes, next + 2, size, digitCount(size));
}
