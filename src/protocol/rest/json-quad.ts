/**
 * Four characters of a text at once, in one integer of 32 bits that has the first of them lowest. Here they are told to be
 * digits, counted and added up with a few operations for all four and no branch, where a loop over them needs several for
 * each and guesses wrongly where the number ends.
 */

/** What `quadOf` makes of four bytes of text: digits become 0 to 9, anything else is 10 or more. */
export function quadOf(fourBytes: number): number {
  return fourBytes ^ 0x30303030;
}

/** How many digits, 0 to 4, a quad begins with. */
export function digitsIn(quad: number): number {
  // The top bit of a byte, when it is 10 or more. What is carried goes to later characters, and only the first counts.
  const others = ((quad + 0x76767676) | quad) & 0x80808080;
  const before = (others - 1) & ~others;
  return (32 - Math.clz32(before)) >>> 3;
}

/** The number that the first `count` characters of a quad are; these must be digits. */
export function quadValue(quad: number, count: number): number {
  // Away with the others, and zeros before these. In two steps: a shift by 32 would be one by 0.
  const half = 16 - 4 * count;
  return fullQuadValue((quad << half) << half);
}

/** The number that four digits are. */
export function fullQuadValue(quad: number): number {
  // 2561 is 10 × 2^8 + 1: ten times each digit is added to the next one. 6553601 is 100 × 2^16 + 1: the same by twos.
  const twos = (Math.imul(quad, 2561) >>> 8) & 0x00ff00ff;
  return Math.imul(twos, 6553601) >>> 16;
}
