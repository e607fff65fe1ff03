/** A decimal number, exactly: `digits` × 10^`exponent`. */
export interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end; empty for zero. */
  readonly digits: string;
  readonly exponent: number;
}

/** Beyond any exponent that a body could balance with digits, and far inside the exact integers. */
const FARTHEST_EXPONENT = 1e15;

/** The number that a well-formed JSON number stands for. */
export function decimalOf(text: string): Decimal {
  const negative = text.startsWith('-');
  const exponentAt = text.search(/[eE]/);
  const mantissa = text.slice(negative ? 1 : 0, exponentAt < 0 ? text.length : exponentAt);
  const written = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1));
  const dot = mantissa.indexOf('.');
  const fractionLength = dot < 0 ? 0 : mantissa.length - dot - 1;
  const all = dot < 0 ? mantissa : mantissa.slice(0, dot) + mantissa.slice(dot + 1);
  let from = 0;
  let to = all.length;
  while (from < to && all[from] === '0') from++;
  while (to > from && all[to - 1] === '0') to--;
  const shift = Math.max(-FARTHEST_EXPONENT, Math.min(FARTHEST_EXPONENT, written));
  return { negative, digits: all.slice(from, to), exponent: shift - fractionLength + (all.length - to) };
}

/** No integer of 64 bits has more digits. */
const LONGEST_INTEGER = 20;

/**
 * The integer that a well-formed JSON number stands for: 1.0 and 1e2 are integers, 1.5 is not. Null for those that are
 * not, and for those of more than 20 digits.
 */
export function integerOf(text: string): bigint | null {
  const { negative, digits, exponent } = decimalOf(text);
  if (digits === '') return 0n;
  if (exponent < 0 || digits.length + exponent > LONGEST_INTEGER) return null;
  const magnitude = BigInt(digits + '0'.repeat(exponent));
  return negative ? -magnitude : magnitude;
}

/**
 * No double that lies halfway between two FP32 numbers has more digits than 113, so a longer decimal is equal to none,
 * and its further digits only say "a little more".
 */
const TELLING_DIGITS = 120;

/** How a decimal compares with a finite double, exactly: negative when smaller, zero when equal. Signs are left out. */
export function compareMagnitude(decimal: Decimal, double: number): number {
  const surplus = Math.max(0, decimal.digits.length - TELLING_DIGITS);
  const digits = surplus === 0 ? decimal.digits : `${decimal.digits.slice(0, TELLING_DIGITS)}1`;
  const exponent = surplus === 0 ? decimal.exponent : decimal.exponent + surplus - 1;
  const [fraction, power] = binaryOf(Math.abs(double));
  let left = BigInt(digits) * 10n ** BigInt(Math.max(0, exponent));
  let right = fraction * 10n ** BigInt(Math.max(0, -exponent));
  if (power > 0) right <<= BigInt(power);
  else left <<= BigInt(-power);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** A positive finite double as integer × 2^power. */
function binaryOf(double: number): [integer: bigint, power: number] {
  let integer = double;
  let power = 0;
  while (!Number.isInteger(integer)) {
    integer *= 2;
    power--;
  }
  return [BigInt(integer), power];
}
