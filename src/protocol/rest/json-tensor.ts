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
import {
  nonFinite,
  writeBooleans,
  writeByText,
  writeFp32s,
  writeFp64s,
  writeIntegers,
  writeLongIntegers,
} from './json-numbers.js';
import type { JsonWriter } from './json-writer.js';

const COMMA = 0x2c;

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
      writeByText(writer, viewOf(data, datatype), (bits) => halfText(bits, datatype, nanTokens));
      break;
    case 'BYTES':
      writeByteStrings(writer, tensor, json.base64);
      break;
    case 'BOOL':
      writeBooleans(writer, data);
      break;
    case 'FP32':
      writeFp32s(writer, data, nanTokens);
      break;
    case 'FP64':
      writeFp64s(writer, data, nanTokens);
      break;
    case 'INT64':
    case 'UINT64':
      writeLongIntegers(writer, viewOf(data, datatype));
      break;
    default:
      writeIntegers(writer, viewOf(data, datatype));
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

function halfText(bits: number, type: HalfType, nanTokens: boolean): string {
  const magnitude = bits & 0x7fff;
  const isNegative = bits !== magnitude;
  const { infinity } = HALF_FORMATS[type];
  if (magnitude > infinity) return nonFinite(Number.NaN, nanTokens);
  if (magnitude === infinity) return nonFinite(isNegative ? -Infinity : Infinity, nanTokens);
  const text = shortestHalf(magnitude, type);
  return isNegative ? `-${text}` : text;
}
