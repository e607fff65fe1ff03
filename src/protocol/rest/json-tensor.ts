import { Buffer, isUtf8 } from 'node:buffer';
import { clip } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';
import { elementOffsets, LENGTH_BYTES } from '#tensor/byte-strings.js';
import { HALF_FORMATS, type HalfType } from '#tensor/half.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { viewOf } from '#tensor/view.js';
import type { OutputForm } from './decode-output.js';
import { BACKSLASH, QUOTE } from './json-bytes.js';
import { shortestHalf } from './json-half.js';
import { type ShortDecimal, shortestFp32 } from './json-shortest.js';
import { digitCount, type JsonWriter } from './json-writer.js';

const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;

/**
 * Writes a tensor's elements as a flat JSON array. Every number reads back as exactly itself. NaN and the infinities,
 * for which JSON has no words, are `null`, or `NaN`, `Infinity`, `-Infinity` where these were asked for. Throws
 * INVALID_ARGUMENT for FP16 and BF16 and for BYTES that are not text, unless a form for them was asked for.
 */
export function writeTensorData(writer: JsonWriter, tensor: Tensor, form: ElementForm): void {
  writer.ascii('[');
  writeElements(writer, tensor, form);
  writer.ascii(']');
}

/** How the elements of a tensor are written. */
export type ElementForm = Pick<OutputForm, 'json' | 'nanTokens'>;

/** The same without the brackets. */
export function writeElements(writer: JsonWriter, tensor: Tensor, { json, nanTokens }: ElementForm): void {
  const { datatype, data } = tensor;
  switch (datatype) {
    case 'FP16':
    case 'BF16':
      if (!json.halves) throw noJsonType(tensor);
      writeEach(writer, viewOf(data, datatype), (bits) => writeHalf(writer, bits, datatype, nanTokens));
      break;
    case 'BYTES':
      writeByteStrings(writer, tensor, json.base64);
      break;
    case 'BOOL':
      writeEach(writer, viewOf(data, datatype), (value) => writer.ascii(value === 0 ? 'false' : 'true'));
      break;
    case 'FP32':
      writeEach(writer, viewOf(data, datatype), (value) => writeFp32(writer, value, nanTokens));
      break;
    case 'FP64':
      writeEach(writer, viewOf(data, datatype), (value) => writeFp64(writer, value, nanTokens));
      break;
    case 'INT64':
    case 'UINT64':
      writeEach<bigint>(writer, viewOf(data, datatype), (value) => writer.ascii(String(value)));
      break;
    default:
      writeEach(writer, viewOf(data, datatype), (value) => writer.integer(value));
  }
}

function writeEach<Element>(
  writer: JsonWriter,
  elements: ArrayLike<Element>,
  write: (element: Element) => void,
): void {
  for (let i = 0; i < elements.length; i++) {
    if (i > 0) writer.byte(COMMA);
    write(elements[i] as Element);
  }
}

function noJsonType({ name, datatype }: Tensor): ServingError {
  return invalid(
    `sending ${datatype} data via JSON is not supported. Please use the binary data format for output ${clip(name)}, ` +
      `or say "fp16_json": true in its parameters to get numbers`,
  );
}

/** Writes each element of BYTES between quotes: as text, or as base64. */
function writeByteStrings(writer: JsonWriter, tensor: Tensor, base64: boolean): void {
  const { data, name, shape } = tensor;
  const count = elementCount(shape);
  const offsets = elementOffsets(tensor, count);
  for (let i = 0; i < count; i++) {
    if (i > 0) writer.byte(COMMA);
    const from = (offsets[i] ?? 0) + LENGTH_BYTES;
    const to = offsets[i + 1] ?? 0;
    if (base64) writer.text(`"${bufferOf(data.subarray(from, to)).toString('base64')}"`);
    else if (isPlain(data, from, to)) writer.quoted(data, from, to);
    else writeText(writer, data.subarray(from, to), i, clip(name));
  }
}

/** Whether these bytes are a JSON string as they are: printable ASCII that needs no escape. */
function isPlain(data: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = data[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH) return false;
  }
  return true;
}

function writeText(writer: JsonWriter, element: Uint8Array, index: number, output: string): void {
  if (!isUtf8(element)) {
    throw invalid(
      `element ${index} of output '${output}' is not UTF-8 text, so JSON cannot carry it. ` +
        `Please use the binary data format for output ${output} ("binary_data": true in its parameters), or ask for base64 ("content_type": "base64")`,
    );
  }
  writer.text(JSON.stringify(bufferOf(element).toString()));
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function writeHalf(writer: JsonWriter, bits: number, type: HalfType, nanTokens: boolean): void {
  const magnitude = bits & 0x7fff;
  const negative = bits !== magnitude;
  const { infinity } = HALF_FORMATS[type];
  if (magnitude > infinity) writeNonFinite(writer, Number.NaN, nanTokens);
  else if (magnitude === infinity) writeNonFinite(writer, negative ? -Infinity : Infinity, nanTokens);
  else writer.ascii(negative ? `-${shortestHalf(magnitude, type)}` : shortestHalf(magnitude, type));
}

/** Integers up to here are written digit by digit; beyond, the fewest digits are fewer than all of them. */
const EXACT_FP32_INTEGERS = 2 ** 24;

function writeFp32(writer: JsonWriter, value: number, nanTokens: boolean): void {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value)) writeNonFinite(writer, value, nanTokens);
  else {
    if (value < 0 || Object.is(value, -0)) writer.byte(MINUS);
    if (magnitude <= EXACT_FP32_INTEGERS && Number.isInteger(magnitude)) writer.integer(magnitude);
    else writeDecimal(writer, shortestFp32(magnitude));
  }
}

function writeFp64(writer: JsonWriter, value: number, nanTokens: boolean): void {
  if (!Number.isFinite(value)) writeNonFinite(writer, value, nanTokens);
  else writer.ascii(Object.is(value, -0) ? '-0' : String(value));
}

function writeNonFinite(writer: JsonWriter, value: number, nanTokens: boolean): void {
  writer.ascii(nanTokens ? String(value) : 'null');
}

/** Outside of these, JavaScript writes an exponent, and so does this. */
const LEAST_FIXED_MAGNITUDE = -6;
const LARGEST_FIXED_MAGNITUDE = 20;

/** Writes digits × 10^exponent in the form JavaScript chooses: `1500`, `0.015`, `1.5e-7`, `1.5e+30`. */
function writeDecimal(writer: JsonWriter, { digits, exponent }: ShortDecimal): void {
  const count = digitCount(digits);
  const magnitude = count + exponent - 1;
  if (magnitude < LEAST_FIXED_MAGNITUDE || magnitude > LARGEST_FIXED_MAGNITUDE) {
    writeSplit(writer, digits, count, 1);
    writer.ascii(magnitude < 0 ? 'e' : 'e+');
    writer.integer(magnitude);
  } else if (magnitude < 0) {
    writer.ascii('0.');
    writer.digits(digits, -magnitude - 1 + count);
  } else if (exponent < 0) writeSplit(writer, digits, count, magnitude + 1);
  else {
    writer.digits(digits, count);
    writer.digits(0, exponent);
  }
}

/** Writes digits with a point after the first few, unless they are all. */
function writeSplit(writer: JsonWriter, digits: number, count: number, before: number): void {
  const unit = 10 ** (count - before);
  const head = Math.floor(digits / unit);
  writer.digits(head, before);
  if (count === before) return;
  writer.byte(DOT);
  writer.digits(digits - head * unit, count - before);
}
