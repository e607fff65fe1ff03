/** Digits as bytes, written where there is room for them. Each function answers where it ended. */

const ZERO = 0x30;
const MINUS = 0x2d;

/** Any four digits as four bytes, the first of them lowest. */
const FOUR_DIGITS = Uint32Array.from({ length: 10_000 }, (_, value) => {
  const digit = (unit: number): number => ZERO + (Math.floor(value / unit) % 10);
  return digit(1000) + digit(100) * 2 ** 8 + digit(10) * 2 ** 16 + digit(1) * 2 ** 24;
});

/** Writes all eight digits of an integer below 10^8, with zeros before it. */
export function putEight(view: DataView, at: number, value: number): number {
  const upper = (value / 10_000) | 0;
  view.setUint32(at, FOUR_DIGITS[upper] as number, true);
  view.setUint32(at + 4, FOUR_DIGITS[value - upper * 10_000] as number, true);
  return at + 8;
}

/** Writes the last `count` digits of an integer below 2^31, with zeros before it. */
export function putDigits(bytes: Uint8Array, at: number, value: number, count: number): number {
  let rest = value;
  for (let to = at + count - 1; to >= at; to--) {
    const tenth = (rest / 10) | 0;
    bytes[to] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return at + count;
}

/** Writes zeros. */
export function putZeros(bytes: Uint8Array, at: number, count: number): number {
  for (let to = at; to < at + count; to++) bytes[to] = ZERO;
  return at + count;
}

const TWO_TO_31 = 2 ** 31;
const EIGHT_DIGITS = 10 ** 8;

/** Writes an integer that is exact as a double. */
export function putInteger(bytes: Uint8Array, view: DataView, at: number, value: number): number {
  if (value < 0) {
    bytes[at] = MINUS;
    return putInteger(bytes, view, at + 1, -value);
  }
  if (value < TWO_TO_31) return putDigits(bytes, at, value, digitCount(value));
  const upper = Math.floor(value / EIGHT_DIGITS);
  return putEight(view, putInteger(bytes, view, at, upper), value - upper * EIGHT_DIGITS);
}

/** Writes ASCII characters. */
export function putAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** How many digits an integer from 0 to 2^31 - 1 has. */
export function digitCount(value: number): number {
  if (value < 10_000) {
    if (value < 100) return value < 10 ? 1 : 2;
    return value < 1000 ? 3 : 4;
  }
  if (value < 100_000_000) {
    if (value < 1_000_000) return value < 100_000 ? 5 : 6;
    return value < 10_000_000 ? 7 : 8;
  }
  return value < 1_000_000_000 ? 9 : 10;
}
