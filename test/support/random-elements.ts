import { encodeByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES, type DataType } from '#tensor/datatype.js';

/** The bits of the exponent in each 32-bit word of a tensor of floats: all of them set make a NaN or an infinity. */
const EXPONENTS: Partial<Readonly<Record<DataType, readonly number[]>>> = {
  FP16: [0x7c00_0000, 0x7c00],
  BF16: [0x7f80_0000, 0x7f80],
  FP32: [0x7f80_0000],
  FP64: [0x7ff0_0000],
};

/**
 * So many elements whose bits are anything, the same in every run; those of BYTES are texts.
 *
 * @param withNans false makes finite numbers of all NaNs and infinities
 */
export function randomElements(datatype: DataType, count: number, withNans: boolean): Uint8Array {
  if (datatype === 'BYTES') return randomTexts(count);
  const words = randomWords(Math.ceil((count * DATATYPE_BYTES[datatype]) / 4));
  const bytes = new Uint8Array(words.buffer, 0, count * DATATYPE_BYTES[datatype]);
  if (datatype === 'BOOL') return bytes.map((byte) => byte & 1);
  if (withNans) return bytes;
  for (const exponent of EXPONENTS[datatype] ?? []) {
    const lowest = exponent & -exponent;
    for (let i = 0; i < words.length; i++) {
      const word = words[i] ?? 0;
      if ((word & exponent) === exponent) words[i] = word ^ lowest;
    }
  }
  return bytes;
}

/** Marsaglia's xorshift with its first constants. */
function randomWords(count: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(count);
  let state = 2_463_534_242;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return words;
}

const PIECES = [
  '',
  'a',
  '"',
  '\\',
  '\n',
  '\u0001',
  'é',
  '한',
  '👩🏽‍🚀',
  '\ufeff',
  '</script>',
  '\u2028',
  '{"data":[1]}',
];

function randomTexts(count: number): Uint8Array {
  const pieces = PIECES.map((piece) => Buffer.from(piece));
  const pick = (bits: number): Buffer => pieces[bits % pieces.length] ?? Buffer.alloc(0);
  return encodeByteStrings(
    Array.from(randomWords(count), (word) =>
      Buffer.concat([pick(word & 0xff), pick((word >>> 8) & 0xff), pick(word >>> 16)]),
    ),
  );
}
