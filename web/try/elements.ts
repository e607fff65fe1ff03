import { type Datatype, elementBytes, integerRange, type NumericDatatype } from './datatype.js';
import { Problem } from './problem.js';
import { brainBits, brainValue, halfBits, halfValue } from './short-float.js';

/** One element as it is shown and written: 64-bit integers keep all their digits. */
export type Element = number | bigint | boolean | string;

/** Reads the element at an index. */
export type ElementReader = (index: number) => Element;

/** Writes a number at an index; integers are rounded and kept in their range. */
export type NumberWriter = (index: number, value: number) => void;

const LITTLE = true;

/** A reader of a tensor's bytes, row-major and little-endian. BYTES that are not UTF-8 have U+FFFD where they are not. */
export function readerOf(datatype: Datatype, bytes: Uint8Array): ElementReader {
  if (datatype === 'BYTES') {
    const texts = textsOf(bytes);
    return (index) => texts[index] ?? '';
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READ[datatype];
  const size = elementBytes(datatype);
  return (index) => read(view, index * size);
}

/** All elements as numbers; 64-bit integers lose what lies beyond 2^53, BYTES are NaN. */
export function numbersOf(datatype: Datatype, bytes: Uint8Array): Float64Array {
  const count = countOf(datatype, bytes);
  const read = readerOf(datatype, bytes);
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index++) numbers[index] = Number(read(index));
  return numbers;
}

/** How many elements the bytes hold. */
export function countOf(datatype: Datatype, bytes: Uint8Array): number {
  return datatype === 'BYTES' ? textsOf(bytes).length : bytes.byteLength / elementBytes(datatype);
}

export function writerOf(datatype: NumericDatatype, bytes: Uint8Array): NumberWriter {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const write = WRITE[datatype];
  const size = elementBytes(datatype);
  const range = integerRange(datatype);
  if (range === null) return (index, value) => write(view, index * size, value);
  const [least, most] = range.map(Number) as [number, number];
  return (index, value) => write(view, index * size, Math.min(most, Math.max(least, Math.round(value) || 0)));
}

/** The bytes of elements that were typed. Throws Problem for the first that is none of the type. */
export function packElements(datatype: Datatype, texts: readonly string[]): Uint8Array {
  if (datatype === 'BYTES') return packTexts(texts);
  const size = elementBytes(datatype);
  const bytes = new Uint8Array(texts.length * size);
  const view = new DataView(bytes.buffer);
  for (const [index, text] of texts.entries()) packOne(datatype, text, view, index * size);
  return bytes;
}

/** Each text with its length in front, four bytes. */
export function packTexts(texts: readonly string[]): Uint8Array {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const bytes = new Uint8Array(encoded.reduce((sum, each) => sum + 4 + each.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const each of encoded) {
    view.setUint32(at, each.length, LITTLE);
    bytes.set(each, at + 4);
    at += 4 + each.length;
  }
  return bytes;
}

/** The opposite of packTexts. Throws Problem where the lengths do not add up. */
export function textsOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, LITTLE) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length) throw new Problem('problemAnswer');
    texts.push(decoder.decode(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return texts;
}

function packOne(datatype: Exclude<Datatype, 'BYTES'>, text: string, view: DataView, at: number): void {
  const place = at / elementBytes(datatype) + 1;
  if (datatype === 'BOOL') {
    if (!/^(?:true|false|0|1)$/i.test(text)) throw new Problem('problemNotBool', { text, place });
    view.setUint8(at, /^(?:true|1)$/i.test(text) ? 1 : 0);
    return;
  }
  const range = integerRange(datatype);
  if (range !== null) {
    packInteger(datatype, range, text, place, view, at);
    return;
  }
  const value = floatOf(text);
  if (value === null) throw new Problem('problemNotNumber', { text, place });
  WRITE[datatype](view, at, value);
  const isKept = !Number.isFinite(value) || Number.isFinite(Number(READ[datatype](view, at)));
  if (!isKept) throw new Problem('problemOutOfRange', { text, place, datatype });
}

function packInteger(
  datatype: NumericDatatype,
  [least, most]: readonly [bigint, bigint],
  text: string,
  place: number,
  view: DataView,
  at: number,
): void {
  if (!/^[+-]?\d+(?:\.0*)?$/.test(text)) throw new Problem('problemNotInteger', { text, place, datatype });
  const value = BigInt(text.replace(/\..*$/, '').replace(/^\+/, ''));
  if (value < least || value > most) throw new Problem('problemOutOfRange', { text, place, datatype });
  if (datatype === 'INT64') view.setBigInt64(at, value, LITTLE);
  else if (datatype === 'UINT64') view.setBigUint64(at, value, LITTLE);
  else WRITE[datatype](view, at, Number(value));
}

const FLOAT_WORDS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

function floatOf(text: string): number | null {
  const word = FLOAT_WORDS[text.toLowerCase()];
  if (word !== undefined) return word;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

const READ: Readonly<Record<Exclude<Datatype, 'BYTES'>, (view: DataView, at: number) => Element>> = {
  BOOL: (view, at) => view.getUint8(at) !== 0,
  UINT8: (view, at) => view.getUint8(at),
  UINT16: (view, at) => view.getUint16(at, LITTLE),
  UINT32: (view, at) => view.getUint32(at, LITTLE),
  UINT64: (view, at) => view.getBigUint64(at, LITTLE),
  INT8: (view, at) => view.getInt8(at),
  INT16: (view, at) => view.getInt16(at, LITTLE),
  INT32: (view, at) => view.getInt32(at, LITTLE),
  INT64: (view, at) => view.getBigInt64(at, LITTLE),
  FP16: (view, at) => halfValue(view.getUint16(at, LITTLE)),
  BF16: (view, at) => brainValue(view.getUint16(at, LITTLE)),
  FP32: (view, at) => view.getFloat32(at, LITTLE),
  FP64: (view, at) => view.getFloat64(at, LITTLE),
};

const WRITE: Readonly<Record<NumericDatatype, (view: DataView, at: number, value: number) => void>> = {
  UINT8: (view, at, value) => view.setUint8(at, value),
  UINT16: (view, at, value) => view.setUint16(at, value, LITTLE),
  UINT32: (view, at, value) => view.setUint32(at, value, LITTLE),
  UINT64: (view, at, value) => view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), LITTLE),
  INT8: (view, at, value) => view.setInt8(at, value),
  INT16: (view, at, value) => view.setInt16(at, value, LITTLE),
  INT32: (view, at, value) => view.setInt32(at, value, LITTLE),
  INT64: (view, at, value) => view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), LITTLE),
  FP16: (view, at, value) => view.setUint16(at, halfBits(value), LITTLE),
  BF16: (view, at, value) => view.setUint16(at, brainBits(value), LITTLE),
  FP32: (view, at, value) => view.setFloat32(at, value, LITTLE),
  FP64: (view, at, value) => view.setFloat64(at, value, LITTLE),
};
