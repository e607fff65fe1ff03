/** The two formats of 16 bits that a number can have. */

/** A floating-point format of 16 bits. */
export interface HalfFormat {
  /** The bits of the fraction that are stored. */
  readonly fractionBits: number;
  /** The exponent of the smallest normal number, which all subnormal numbers share. */
  readonly leastExponent: number;
  /** The bits of infinity, and behind the largest number. */
  readonly infinity: number;
  readonly nan: number;
  /** The largest number, as messages print it. */
  readonly range: string;
}

/** FP16 is IEEE 754 binary16; BF16 is the upper half of binary32. */
export const HALF_FORMATS: Readonly<Record<'FP16' | 'BF16', HalfFormat>> = {
  FP16: { fractionBits: 10, leastExponent: -14, infinity: 0x7c00, nan: 0x7e00, range: '±65504' },
  BF16: { fractionBits: 7, leastExponent: -126, infinity: 0x7f80, nan: 0x7fc0, range: '±3.3895314e38' },
};

export type HalfType = keyof typeof HALF_FORMATS;

/** The bit of the sign. */
export const SIGN = 0x8000;

const LEAST_POWER = 256;

/** 2 to the power of -256 to 255: to calculate it for each number would take longer than all else. */
const POWERS = Float64Array.from({ length: 2 * LEAST_POWER }, (_, at) => 2 ** (at - LEAST_POWER));

/** The number that some bits of a format stand for. */
export function halfValueOf(bits: number, { fractionBits, leastExponent, infinity }: HalfFormat): number {
  const sign = (bits & SIGN) === 0 ? 1 : -1;
  const magnitude = bits & ~SIGN;
  if (magnitude >= infinity) return magnitude === infinity ? sign * Infinity : Number.NaN;
  const fraction = magnitude & ((1 << fractionBits) - 1);
  const exponent = magnitude >> fractionBits;
  const hidden = exponent === 0 ? 0 : 1 << fractionBits;
  const power = POWERS[Math.max(exponent, 1) - 1 + leastExponent - fractionBits + LEAST_POWER] as number;
  return sign * (hidden + fraction) * power;
}

/** The bits of the number of a format that is nearest to a value, ties to even; those of an infinity where it is too large. */
export function nearestHalf(value: number, format: HalfFormat): number {
  if (Number.isNaN(value)) return format.nan;
  const sign = value < 0 || Object.is(value, -0) ? SIGN : 0;
  const magnitude = Math.abs(value);
  // Positive numbers stand in the order of their bits. Infinity stands where the next number would: two to a power.
  let [low, high] = [0, format.infinity];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (finiteOf(middle, format) <= magnitude) low = middle;
    else high = middle - 1;
  }
  if (low === format.infinity) return sign | low;
  const below = magnitude - finiteOf(low, format);
  const above = finiteOf(low + 1, format) - magnitude;
  const isBelow = below < above || (below === above && low % 2 === 0);
  return sign | (isBelow ? low : low + 1);
}

function finiteOf(bits: number, format: HalfFormat): number {
  if (bits < format.infinity) return halfValueOf(bits, format);
  return halfValueOf(bits - 1, format) + (halfValueOf(bits - 1, format) - halfValueOf(bits - 2, format));
}
