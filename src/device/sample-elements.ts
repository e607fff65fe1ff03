import { encodeTexts } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES, type DataType } from '#tensor/datatype.js';
import { HALF_FORMATS, type HalfFormat } from '#tensor/half.js';

/** The bytes of so many elements that are 0, false or an empty text. */
export function zeroElements(datatype: DataType, count: number): Uint8Array {
  return datatype === 'BYTES'
    ? encodeTexts(new Array<string>(count).fill(''))
    : new Uint8Array(count * DATATYPE_BYTES[datatype]);
}

/**
 * The bytes of so many elements that any model can take: real numbers from 0 up to 1, integers and truth values 0 or 1
 * (they may be indices into a short table), texts that are empty. The same seed gives the same elements.
 */
export function randomElements(datatype: DataType, count: number, seed: string): Uint8Array {
  if (datatype === 'BYTES') return zeroElements(datatype, count);
  const next = randomBits(seed);
  const size = DATATYPE_BYTES[datatype];
  const data = new Uint8Array(count * size);
  const view = new DataView(data.buffer);
  for (let i = 0; i < count; i++) {
    const bits = next();
    const at = i * size;
    switch (datatype) {
      case 'FP64':
        view.setFloat64(at, bits / 2 ** 32, true);
        break;
      case 'FP32':
        // Of 32 bits the largest would be rounded up to 1.
        view.setFloat32(at, (bits >>> 8) / 2 ** 24, true);
        break;
      case 'FP16':
      case 'BF16':
        view.setUint16(at, halfBelowOne(bits, HALF_FORMATS[datatype]), true);
        break;
      default:
        // Little-endian: the first byte of an integer is its last eight bits.
        data[at] = bits >>> 31;
    }
  }
  return data;
}

/** The bits of k / 2^fractionBits, where k are the highest bits of a random number: exact in either format. */
function halfBelowOne(bits: number, { fractionBits, leastExponent }: HalfFormat): number {
  const k = bits >>> (32 - fractionBits);
  if (k === 0) return 0;
  const power = 31 - Math.clz32(k);
  const exponent = power - fractionBits - leastExponent + 1;
  const fraction = (k << (fractionBits - power)) % 2 ** fractionBits;
  return (exponent << fractionBits) + fraction;
}

/** Marsaglia's xorshift, begun with FNV-1a's hash of the seed: 32 bits at a time. */
function randomBits(seed: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193);
  // The only state that xorshift does not leave.
  if (state === 0) state = 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
