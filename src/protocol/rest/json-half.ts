import { HALF_FORMATS, type HalfFormat, type HalfType, halfValueOf, SIGN } from '#tensor/half.js';
import { compareMagnitude, decimalOf } from './json-decimal.js';

/**
 * The bits of the number of a format that is nearest to a well-formed JSON number, ties to even; those of an infinity
 * where it is too large. Rounded once: where its double lies halfway between two numbers, the decimal itself decides.
 */
export function halfBitsOf(text: string, { fractionBits, leastExponent, infinity }: HalfFormat): number {
  const double = Number(text);
  const sign = double < 0 || Object.is(double, -0) ? SIGN : 0;
  const magnitude = Math.abs(double);
  if (magnitude === 0) return sign;
  if (magnitude === Infinity) return sign | infinity;
  const exponent = Math.max(exponentOf(magnitude), leastExponent);
  // In units of the last place: exact, because it is a scaling by a power of two, and upwards for the smallest.
  const units = magnitude / 2 ** (exponent - fractionBits);
  let rounded = Math.floor(units);
  const rest = units - rounded;
  const order = rest === 0.5 ? compareMagnitude(decimalOf(text), double) : rest - 0.5;
  if (order > 0 || (order === 0 && rounded % 2 === 1)) rounded++;
  // The hidden bit of a normal number, and a carry, count the exponent up by themselves.
  const bits = (exponent - leastExponent) * 2 ** fractionBits + rounded;
  return sign | Math.min(bits, infinity);
}

/** The power of two at or below a positive finite number. */
function exponentOf(magnitude: number): number {
  let exponent = Math.floor(Math.log2(magnitude));
  while (2 ** exponent > magnitude) exponent--;
  while (2 ** (exponent + 1) <= magnitude) exponent++;
  return exponent;
}

/** Integers up to here are written digit by digit, as those of FP32 are. */
const EXACT_INTEGERS = 2 ** 24;
/** So many digits tell every number of either format from all others. */
const TELLING_DIGITS = 5;

/** Made when first asked for: there are 2^15 numbers at most. */
const written: Record<HalfType, Map<number, string>> = { FP16: new Map(), BF16: new Map() };

/** The decimal with the fewest digits that reads as the finite, non-negative number that these bits stand for. */
export function shortestHalf(bits: number, type: HalfType): string {
  const known = written[type].get(bits);
  if (known !== undefined) return known;
  const text = searchShortest(bits, HALF_FORMATS[type]);
  written[type].set(bits, text);
  return text;
}

function searchShortest(bits: number, format: HalfFormat): string {
  const value = halfValueOf(bits, format);
  if (Number.isInteger(value) && value <= EXACT_INTEGERS) return String(value);
  for (let digits = 1; digits < TELLING_DIGITS; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (halfBitsOf(text, format) === bits) return text;
  }
  return String(Number(value.toPrecision(TELLING_DIGITS)));
}
