/** What inputs are filled with. */
export type Fill = 'zeros' | 'random';

/** How one element is written at a place, from a random number between 0 and 1. */
type Write = (view: DataView, offset: number, random: number) => void;

interface Kind {
  readonly size: number;
  readonly write: Write;
}

/**
 * By datatype. Bytes are any byte, since they are often pixels. Wider integers are 0 or 1: they are often places in a table, where anything
 * larger could be out of bounds. Halves are from 0.5 to 1: all of one exponent, whatever the bits behind it.
 */
const KINDS: Readonly<Record<string, Kind>> = {
  BOOL: { size: 1, write: (view, at, random) => view.setUint8(at, random < 0.5 ? 0 : 1) },
  UINT8: { size: 1, write: (view, at, random) => view.setUint8(at, random * 256) },
  INT8: { size: 1, write: (view, at, random) => view.setUint8(at, random * 256) },
  UINT16: { size: 2, write: (view, at, random) => view.setUint16(at, random * 2, true) },
  INT16: { size: 2, write: (view, at, random) => view.setUint16(at, random * 2, true) },
  UINT32: { size: 4, write: (view, at, random) => view.setUint32(at, random * 2, true) },
  INT32: { size: 4, write: (view, at, random) => view.setUint32(at, random * 2, true) },
  UINT64: { size: 8, write: (view, at, random) => view.setUint32(at, random * 2, true) },
  INT64: { size: 8, write: (view, at, random) => view.setUint32(at, random * 2, true) },
  FP16: { size: 2, write: (view, at, random) => view.setUint16(at, 0x3800 | (random * 0x400), true) },
  BF16: { size: 2, write: (view, at, random) => view.setUint16(at, 0x3f00 | (random * 0x80), true) },
  FP32: { size: 4, write: (view, at, random) => view.setFloat32(at, random, true) },
  FP64: { size: 8, write: (view, at, random) => view.setFloat64(at, random, true) },
};

/** Letters of a random byte string. */
const STRING_LENGTH = 8;

/** How many bytes so many elements take in the protocol's binary form; null for a datatype that is not known. */
export function byteLength(datatype: string, count: number, fill: Fill): number | null {
  if (datatype === 'BYTES') return count * (4 + (fill === 'random' ? STRING_LENGTH : 0));
  const kind = kindOf(datatype);
  return kind === null ? null : kind.size * count;
}

/**
 * Writes elements in the protocol's binary form: little-endian, and each byte string behind its length.
 *
 * @param bytes as long as `byteLength` says, all zero
 */
export function writeElements(datatype: string, bytes: Uint8Array, fill: Fill, random: () => number): void {
  if (fill === 'zeros') return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = kindOf(datatype);
  if (datatype === 'BYTES') writeStrings(view, random);
  if (kind === null) return;
  for (let at = 0; at < bytes.byteLength; at += kind.size) kind.write(view, at, random());
}

function writeStrings(view: DataView, random: () => number): void {
  for (let at = 0; at < view.byteLength; at += 4 + STRING_LENGTH) {
    view.setUint32(at, STRING_LENGTH, true);
    for (let letter = 0; letter < STRING_LENGTH; letter++) view.setUint8(at + 4 + letter, 97 + random() * 26);
  }
}

function kindOf(datatype: string): Kind | null {
  return Object.hasOwn(KINDS, datatype) ? (KINDS[datatype] ?? null) : null;
}
