import { nearestFp32, POWERS_OF_TEN } from './json-float.js';

/** A decimal number: `digits` (an integer of at most nine) × 10^`exponent`. */
export interface ShortDecimal {
  readonly digits: number;
  readonly exponent: number;
}

/** Two decimals of so many digits are never the same FP32 number. */
const DISTINCT_DIGITS = 6;
/** So many digits tell every FP32 number from all others. */
const TELLING_DIGITS = 9;

const LEAST_NORMAL_FP32 = 2 ** -126;

/** A decimal of nine digits, made in double arithmetic, is off by less than this part of itself. */
const OVER = 1 + 2 ** -50;
const UNDER = 1 - 2 ** -50;

/**
 * The decimal with the fewest digits that reads as this FP32 number, and of several the nearest to it. The number must be
 * positive and finite. A faster way exists (Ryu, Dragonbox); this one rounds to 6, 7, 8 and 9 digits and looks.
 */
export function shortestFp32(value: number): ShortDecimal {
  if (value < LEAST_NORMAL_FP32) return searchShortest(value);
  const magnitude = magnitudeOf(value);
  for (let count = DISTINCT_DIGITS; count <= TELLING_DIGITS; count++) {
    const exponent = magnitude + 1 - count;
    const nearest = Math.round(scale(value, -exponent));
    const double = scale(nearest, exponent);
    const over = Math.fround(double * OVER) === value;
    if (over !== (Math.fround(double * UNDER) === value)) return searchShortest(value);
    if (over) return EXCEPTIONS.get(value) ?? withoutZeros(nearest, exponent);
  }
  return searchShortest(value);
}

/**
 * Three powers of two, where the step between FP32 numbers changes: of the decimals with eight digits it is the second
 * nearest that reads as the number. Found by trying every power of two.
 */
const EXCEPTIONS: ReadonlyMap<number, ShortDecimal> = new Map([
  [2 ** -96, { digits: 12621775, exponent: -36 }],
  [2 ** 87, { digits: 15474251, exponent: 19 }],
  [2 ** 90, { digits: 12379401, exponent: 20 }],
]);

/** The exponent of the first digit: 10^magnitude <= value < 10^(magnitude + 1). */
function magnitudeOf(value: number): number {
  const guess = Math.floor(Math.log10(value));
  if (value < (DECADES[guess + DECADE_OF_ONE] as number)) return guess - 1;
  return value >= (DECADES[guess + 1 + DECADE_OF_ONE] as number) ? guess + 1 : guess;
}

/** The doubles nearest to 10^-40, 10^-39, … 10^40: more than the normal FP32 numbers span. */
const DECADE_OF_ONE = 40;
const DECADES: readonly number[] = Array.from({ length: 81 }, (_, i) => Number(`1e${i - DECADE_OF_ONE}`));

function scale(value: number, exponent: number): number {
  const power = POWERS_OF_TEN[Math.abs(exponent)] as number;
  return exponent < 0 ? value / power : value * power;
}

function withoutZeros(digits: number, exponent: number): ShortDecimal {
  let kept = digits;
  let zeros = 0;
  while (kept % 10 === 0) {
    kept /= 10;
    zeros++;
  }
  return { digits: kept, exponent: exponent + zeros };
}

/** The same without any haste: for the smallest numbers, which have few digits, and where a double cannot decide. */
function searchShortest(value: number): ShortDecimal {
  let text = '';
  for (let count = 1; count <= TELLING_DIGITS; count++) {
    text = value.toExponential(count - 1);
    if (nearestFp32(text) === value) break;
  }
  const [mantissa = '', power = ''] = text.split('e');
  const digits = mantissa.replace('.', '');
  return withoutZeros(Number(digits), Number(power) + 1 - digits.length);
}
