import { clip } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';
import { wrongElementCount } from '#protocol/request-faults.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';
import { CLOSE_BRACKET, COMMA, OPEN_BRACKET } from './json-bytes.js';
import { BoolElements } from './json-data-bool.js';
import { ByteStringElements } from './json-data-byte-strings.js';
import type { Elements, TensorHead } from './json-data-elements.js';
import { FloatElements } from './json-data-floats.js';
import { HalfElements } from './json-data-halves.js';
import { IntegerElements } from './json-data-integers.js';
import type { JsonForm } from './json-form.js';
import type { JsonReader } from './json-reader.js';

/**
 * Reads the `data` array of an input straight into the tensor's bytes: row-major, little-endian, in a buffer of their
 * own. Arrays may be nested in any way; what counts is the number of elements, as in Triton.
 */
export function readTensorData(reader: JsonReader, head: TensorHead, form: JsonForm): Uint8Array {
  if (!form.halves && (head.datatype === 'FP16' || head.datatype === 'BF16')) throw noJsonType(head);
  if (reader.peek() !== OPEN_BRACKET) throw reader.mismatch(`${head.place}.data`, 'an array');
  return head.datatype === 'BYTES' ? readByteStrings(reader, head, form) : readFixedSize(reader, head);
}

function readFixedSize(reader: JsonReader, head: TensorHead): Uint8Array {
  const count = elementCount(head.shape);
  // The shape is only what the client says: no more is allocated than the text can fill. One element takes two bytes of
  // it, but for the last. Where the shape says more, the elements are counted and dropped.
  const most = Math.ceil((reader.bytes.length - reader.at) / 2);
  const data = new Uint8Array(count <= most ? count * DATATYPE_BYTES[head.datatype] : 0);
  const elements = elementsInto(data, head, reader.bytes);
  readArray(reader, elements);
  checkCount(elements.index, head);
  return data;
}

/** Twice over the same text: how many bytes it makes is known only after it was read. */
function readByteStrings(reader: JsonReader, head: TensorHead, { base64 }: JsonForm): Uint8Array {
  const from = reader.at;
  const measured = new ByteStringElements(head, base64, null);
  readArray(reader, measured);
  checkCount(measured.index, head);
  const data = new Uint8Array(measured.byteLength);
  reader.at = from;
  readArray(reader, new ByteStringElements(head, base64, data));
  return data;
}

function elementsInto(data: Uint8Array, head: TensorHead, text: Uint8Array): Elements {
  switch (head.datatype) {
    case 'BOOL':
      return new BoolElements(head, data);
    case 'FP32':
    case 'FP64':
      return new FloatElements(head, text, data);
    case 'FP16':
    case 'BF16':
      return new HalfElements(head, head.datatype, data);
    case 'BYTES':
      throw new RangeError('elements of BYTES have no fixed size. This is a bug.');
    default:
      return new IntegerElements(head, head.datatype, data);
  }
}

/** Reads an array and the arrays in it, and hands their elements over in order. */
function readArray(reader: JsonReader, elements: Elements): void {
  const outside = reader.depth;
  reader.open();
  let mayClose = true;
  for (;;) {
    const byte = reader.peek();
    if (byte === OPEN_BRACKET) {
      reader.open();
      mayClose = true;
      continue;
    }
    if (byte !== CLOSE_BRACKET || !mayClose) elements.run(reader);
    while (reader.peek() === CLOSE_BRACKET) {
      reader.close();
      if (reader.depth === outside) return;
    }
    if (reader.peek() !== COMMA) throw reader.expected("',' or ']'");
    reader.at++;
    mayClose = false;
  }
}

function checkCount(found: number, head: TensorHead): void {
  if (found !== elementCount(head.shape)) throw wrongElementCount(found, head);
}

function noJsonType(head: TensorHead): ServingError {
  return invalid(
    `receiving ${head.datatype} data via JSON is not supported. Please use the binary data format for input ${clip(head.name)}, ` +
      `or say "fp16_json": true in its parameters and send numbers`,
  );
}
