/**
 * Elements of tensors as JSON and gRPC's typed contents say them, and back: made for tests from the protocol's tables, so
 * that the server's own codecs are not checked against themselves.
 */
import { encodeByteStrings } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';

type Numeric = Exclude<DataType, 'BOOL' | 'BYTES' | 'FP16' | 'BF16'>;

const ARRAYS = {
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const;

/** The bytes of a list of numbers, or of texts for BYTES. */
export function bytesOfList(
  datatype: DataType,
  list: readonly (number | bigint | boolean | string)[],
): Uint8Array {
  if (datatype === 'BYTES') return encodeByteStrings(list.map((each) => Buffer.from(String(each))));
  return bytesOfTexts(datatype, list.map(textOf));
}

/** A tensor's elements as a JSON array; those of BYTES as base64 where asked. NaN and infinities are bare words. */
export function jsonOf(datatype: DataType, data: Uint8Array, base64 = false): string {
  if (datatype !== 'BYTES') return `[${textsOf(datatype, data).join()}]`;
  const strings = stringsOf(data).map((each) => each.toString(base64 ? 'base64' : 'utf8'));
  return JSON.stringify(strings);
}

/** What `data` of an answer means: a list of strings, or the text between the brackets of any other list. */
export function bytesOfJson(datatype: DataType, data: string | readonly string[]): Uint8Array {
  if (typeof data !== 'string') return bytesOfList(datatype, data);
  const texts = data === '' ? [] : data.split(',');
  return datatype === 'BYTES' ? bytesOfList(datatype, texts) : bytesOfTexts(datatype, texts);
}

/** The field of InferTensorContents with a tensor's elements, for gRPC's own client; null where there is no field. */
export function contentsOf(datatype: DataType, data: Uint8Array): Record<string, readonly unknown[]> | null {
  if (datatype === 'BYTES') return { bytes_contents: stringsOf(data) };
  const field = FIELD_OF[datatype];
  if (field === null) return null;
  if (datatype === 'BOOL') return { [field]: [...data].map((byte) => byte === 1) };
  // The client takes and gives 64-bit integers as texts.
  if (datatype === 'INT64' || datatype === 'UINT64') return { [field]: textsOf(datatype, data) };
  return { [field]: textsOf(datatype, data).map(Number) };
}

/** What gRPC's own client has read from the field of a datatype. */
export function bytesOfContents(
  datatype: DataType,
  contents: Record<string, readonly unknown[]>,
): Uint8Array {
  const list = contents[FIELD_OF[datatype] ?? ''] ?? [];
  if (datatype === 'BYTES') return encodeByteStrings(list as readonly Uint8Array[]);
  return bytesOfTexts(datatype, list.map(textOf));
}

const FIELD_OF: Readonly<Record<DataType, string | null>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP16: null,
  BF16: null,
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

function textsOf(datatype: Exclude<DataType, 'BYTES'>, data: Uint8Array): readonly string[] {
  const { buffer } = new Uint8Array(data);
  switch (datatype) {
    case 'BOOL':
      return Array.from(data, (byte) => (byte === 1 ? 'true' : 'false'));
    case 'FP16':
    case 'BF16':
      return Array.from(new Uint16Array(buffer), (bits) => textOf(halfValue(HALVES[datatype], bits)));
    default:
      return Array.from(new ARRAYS[datatype](buffer) as ArrayLike<number | bigint>, textOf);
  }
}

/** JavaScript itself drops the sign of zero. */
function textOf(value: unknown): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function bytesOfTexts(datatype: Exclude<DataType, 'BYTES'>, texts: readonly string[]): Uint8Array {
  if (datatype === 'BOOL') return Uint8Array.from(texts, (text) => (text === 'true' ? 1 : 0));
  if (datatype === 'FP16' || datatype === 'BF16') {
    return new Uint8Array(
      Uint16Array.from(texts, (text) => nearestHalf(HALVES[datatype], Number(text))).buffer,
    );
  }
  return new Uint8Array(numbersOf(datatype, texts).buffer);
}

function numbersOf(datatype: Numeric, texts: readonly string[]): ArrayBufferView {
  if (datatype === 'INT64') return BigInt64Array.from(texts, BigInt);
  if (datatype === 'UINT64') return BigUint64Array.from(texts, BigInt);
  return ARRAYS[datatype].from(texts.map(Number));
}

interface HalfFormat {
  readonly fractionBits: number;
  readonly bias: number;
}

const HALVES: Readonly<Record<'FP16' | 'BF16', HalfFormat>> = {
  FP16: { fractionBits: 10, bias: 15 },
  BF16: { fractionBits: 7, bias: 127 },
};

function halfValue({ fractionBits, bias }: HalfFormat, bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits & 0x7fff) >>> fractionBits;
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  if (exponent === 2 * bias + 1) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** The bits of the value that is nearest. Positive values stand in the order of their bits. */
function nearestHalf(format: HalfFormat, value: number): number {
  const infinity = (2 * format.bias + 1) << format.fractionBits;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return sign | infinity;
  let [low, high] = [0, infinity - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (halfValue(format, middle) < magnitude) low = middle + 1;
    else high = middle;
  }
  const below = Math.max(low - 1, 0);
  const isBelow = magnitude - halfValue(format, below) < halfValue(format, low) - magnitude;
  return sign | (isBelow ? below : low);
}

/** The elements of a BYTES tensor. */
function stringsOf(data: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const strings: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    strings.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return strings;
}
