import { nearestFp32 } from './json-float.js';

/**
 * The decimals among which the shortest is looked for: whole multiples of 10^`TEN_OF`. For each exponent of an FP32 number,
 * as its bits have it, this is the power of ten that is nearest below the distance to the next number.
 */
const TEN_OF = new Int32Array(255);
/** That distance in units of 10^`TEN_OF`: at least 1, less than 10, and the double nearest to the true one. */
const STEP_OF = new Float64Array(255);
/** 1 where products of 24 bits and the step are exact. */
const EXACT = new Uint8Array(255);

/** A product of 24 bits and a step is less than 2^28 and off by less than 2^-24 where the step is not exact. */
const MARGIN = 2 ** -22;
/** A step made of so many fives has 28 bits, so that its products with 24 bits are exact. */
const MOST_EXACT_FIVES = 12;

for (let biased = 0; biased < STEP_OF.length; biased++) {
  const two = Math.max(biased, 1) - 150;
  const ten = Math.floor(two * Math.log10(2));
  TEN_OF[biased] = ten;
  // 2^-n is 5^n × 10^-n: with all of its digits in the text, it is rounded once.
  STEP_OF[biased] =
    two < 0 ? Number(`${5n ** BigInt(-two)}e${two - ten}`) : Number(`${2n ** BigInt(two)}e${-ten}`);
  EXACT[biased] = ten <= 0 && ten >= -MOST_EXACT_FIVES ? 1 : 0;
}

const FRACTION_BITS = 23;
const FRACTION = 0x7fffff;
const HIDDEN_BIT = 0x800000;

/** What `shortestDigits` answers where doubles cannot decide. */
export const UNDECIDED = -1;

/** Digits of the number with these bits are multiples of this power of ten. */
export function exponentOfDigits(bits: number): number {
  return TEN_OF[bits >>> FRACTION_BITS] as number;
}

/**
 * The decimal with the fewest digits that reads as an FP32 number, and of several the nearest to it: an integer of nine
 * digits at most, to be multiplied by ten to the power of `exponentOfDigits`, and possibly with zeros at its end. Or
 * UNDECIDED: then `shortestByTrying` knows. That is about one number in a million, but one in twelve of those from
 * 2^27 to 2^30, which can lie halfway to a neighbour from a multiple of ten, and powers of two of many digits.
 *
 * The way of Schubfach (Giulietti, 2020) in doubles. What reads as a number lies no farther from it than halfway to its
 * neighbours. That is a stretch of one to ten units, so at most one multiple of ten lies in it. If one does, no other
 * decimal there is as short; if none does, the nearest integer is as short as any.
 *
 * @param bits of a positive finite number
 */
export function shortestDigits(bits: number): number {
  const biased = bits >>> FRACTION_BITS;
  const step = STEP_OF[biased] as number;
  const fraction = bits & FRACTION;
  const units = (biased === 0 ? fraction : fraction | HIDDEN_BIT) * step;
  const whole = units | 0;
  const ten = ((whole / 10) | 0) * 10;
  const over = units - ten;
  const half = step * 0.5;
  // Below a power of two, numbers lie twice as close.
  const below = fraction === 0 ? half * 0.5 : half;
  const isExact = EXACT[biased] === 1;
  const margin = isExact ? 0 : MARGIN;
  if (over < below - margin) return ten;
  if (over > 10 - half + margin) return ten + 10;
  if (over <= below + margin || over >= 10 - half - margin) {
    if (!isExact) return UNDECIDED;
    // Exactly halfway to a neighbour: that reads as the one of the two whose last bit is 0.
    if ((fraction & 1) === 0) return over === below ? ten : ten + 10;
  }
  const rest = units - whole;
  if (fraction === 0) return rest === 0 ? whole : UNDECIDED;
  if (rest > 0.5 - margin && rest < 0.5 + margin) return UNDECIDED;
  return rest < 0.5 ? whole : whole + 1;
}

/** So many digits tell every FP32 number from all others. */
const TELLING_DIGITS = 9;

/**
 * The same, as JavaScript would write it, and without any haste: tries one digit, two, … and reads each back.
 *
 * @param value positive and finite
 */
export function shortestByTrying(value: number): string {
  for (let count = 1; count < TELLING_DIGITS; count++) {
    const [mantissa = '', power = ''] = value.toExponential(count - 1).split('e');
    const digits = Number(mantissa.replace('.', ''));
    // Above a power of two there is more room than below it: the second nearest may be in it where the nearest is not.
    for (const tried of [digits, digits + 1]) {
      const text = `${tried}e${Number(power) + 1 - count}`;
      if (nearestFp32(text) === value) return String(Number(text));
    }
  }
  return String(Number(value.toPrecision(TELLING_DIGITS)));
}
