import { compareMagnitude, decimalOf } from './json-decimal.js';

const LARGEST_FP32 = 2 ** 128 - 2 ** 104;
/** Halfway between the largest FP32 and the next power of two, from where on numbers round to infinity. */
const FP32_OVERFLOW = 2 ** 128 - 2 ** 103;

/**
 * The FP32 number nearest to a well-formed JSON number, ties to even; ±Infinity when it is too large.
 *
 * `Math.fround(Number(text))` rounds twice. That is wrong when the first rounding lands halfway between two FP32 numbers,
 * so there, and only there, the decimal itself is compared with the halfway point.
 */
export function nearestFp32(text: string): number {
  const double = Number(text);
  const rounded = Math.fround(double);
  const other = otherNeighbour(double, rounded);
  if (other === null) return rounded;
  const order = compareMagnitude(decimalOf(text), double);
  if (order === 0) return rounded;
  return Math.abs(rounded) > Math.abs(other) === order > 0 ? rounded : other;
}

/** The second of the two FP32 numbers that a double lies exactly between, or null when it lies between none. */
function otherNeighbour(double: number, rounded: number): number | null {
  if (Math.abs(double) === FP32_OVERFLOW) return Math.sign(double) * LARGEST_FP32;
  if (rounded === double) return null;
  const other = double + (double - rounded);
  return Math.fround(other) === other && (rounded + other) / 2 === double ? other : null;
}

/** The exact powers of ten of a double, 10^0 to 10^22, and after them the nearest doubles. */
export const POWERS_OF_TEN: readonly number[] = Array.from({ length: 64 }, (_, i) => Number(`1e${i}`));

/** Powers of ten are exact in a double up to this one. */
export const LARGEST_EXACT_POWER = 22;
