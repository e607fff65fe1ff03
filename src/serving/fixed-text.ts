const PLACES = 6;
/** From here on `toFixed` writes an exponent. */
const EXPONENT_FROM = 1e21;
/** Only numbers with such a last place lie exactly between two texts of six: 1/128 is 0.0078125. */
const TIE_DENOMINATOR = 128;

/**
 * A number as C's `%f` and C++'s `std::to_string` print it: six decimals of the exact value, ties to even, and never an
 * exponent. Triton prints the values of a classification so.
 */
export function fixedText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return `${sign}inf`;
  if (magnitude >= EXPONENT_FROM) return `${sign}${BigInt(magnitude)}.${'0'.repeat(PLACES)}`;
  return sign + roundedText(magnitude);
}

/** `toFixed` rounds ties up. */
function roundedText(magnitude: number): string {
  const scaled = magnitude * TIE_DENOMINATOR;
  const isTie = Number.isInteger(scaled) && scaled % 2 === 1;
  if (!isTie) return magnitude.toFixed(PLACES);
  const down = magnitude.toFixed(PLACES + 1).slice(0, -1);
  return Number(down.at(-1)) % 2 === 0 ? down : magnitude.toFixed(PLACES);
}
