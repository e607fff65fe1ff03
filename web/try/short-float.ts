/** The two floating-point types of sixteen bits, which JavaScript has no arrays of. */
interface ShortFloat {
  readonly fractionBits: number;
  /** Of the smallest normal value, as a power of two. */
  readonly leastExponent: number;
  readonly infinity: number;
}

const HALF: ShortFloat = { fractionBits: 10, leastExponent: -14, infinity: 0x7c00 };
const BRAIN: ShortFloat = { fractionBits: 7, leastExponent: -126, infinity: 0x7f80 };

/** The nearest FP16, ties to even; beyond the largest it is infinite. */
export function halfBits(value: number): number {
  return shortBits(value, HALF);
}

export function halfValue(bits: number): number {
  return shortValue(bits, HALF);
}

/** The nearest BF16, ties to even; beyond the largest it is infinite. */
export function brainBits(value: number): number {
  return shortBits(value, BRAIN);
}

export function brainValue(bits: number): number {
  return shortValue(bits, BRAIN);
}

function shortBits(value: number, { fractionBits, leastExponent, infinity }: ShortFloat): number {
  if (Number.isNaN(value)) return infinity | (1 << (fractionBits - 1));
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | infinity;
  const exponent = Math.max(leastExponent, exponentOf(size));
  // Counted in steps between neighbours. A carry out of the fraction goes into the exponent, as it must.
  const steps = roundToEven(size * 2 ** (fractionBits - exponent));
  const bits = (exponent - leastExponent) * 2 ** fractionBits + steps;
  return sign | Math.min(bits, infinity);
}

function shortValue(bits: number, { fractionBits, leastExponent, infinity }: ShortFloat): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const size = bits & 0x7fff;
  if (size > infinity) return Number.NaN;
  if (size === infinity) return sign * Number.POSITIVE_INFINITY;
  const stored = size >> fractionBits;
  const fraction = size & ((1 << fractionBits) - 1);
  const steps = stored === 0 ? fraction : fraction + (1 << fractionBits);
  return sign * steps * 2 ** (leastExponent + Math.max(0, stored - 1) - fractionBits);
}

const scratch = new DataView(new ArrayBuffer(8));

function exponentOf(size: number): number {
  scratch.setFloat64(0, size);
  return ((scratch.getUint16(0) >> 4) & 0x7ff) - 1023;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  if (over !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
