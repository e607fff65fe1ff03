import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { decodeByteStrings } from '#tensor/byte-strings.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { viewOf } from '#tensor/view.js';
import { CONTENTS_FIELD_OF } from './contents-field.js';
import { CHUNK } from './wire-reader.js';

/** The encoded InferTensorContents of an output, or null where its datatype travels as raw bytes only. */
export function encodeContents(output: Tensor): Uint8Array | null {
  const { datatype, data, name, shape } = output;
  const field = CONTENTS_FIELD_OF[datatype];
  if (field === null) return null;
  const writer = new BinaryWriter();
  if (datatype === 'BYTES') {
    for (const element of decodeByteStrings(data, elementCount(shape), `output '${name}'`)) {
      writer.tag(field.number, CHUNK).bytes(element);
    }
  } else if (data.length > 0) writer.tag(field.number, CHUNK).bytes(packed(output));
  return writer.finish();
}

/** A packed list. Floats and truth values are encoded as a tensor holds them. */
function packed({ datatype, data }: Tensor): Uint8Array {
  switch (datatype) {
    case 'BOOL':
    case 'FP32':
    case 'FP64':
      return data;
    case 'INT64':
    case 'UINT64':
      return varints(viewOf(data, 'UINT32'), 2, false);
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return varints(viewOf(data, datatype), 1, true);
    case 'UINT8':
    case 'UINT16':
    case 'UINT32':
      return varints(viewOf(data, datatype), 1, false);
    default:
      throw new Error(`${datatype} has no packed list: this is a bug`);
  }
}

/** A varint has ten bytes at most. */
const LONGEST = 10;

/**
 * Numbers as varints.
 *
 * @param words what they are made of, one or two 32-bit words each, the low one first
 * @param signed whether a negative word stands for a negative number
 */
function varints(words: ArrayLike<number>, wordsEach: 1 | 2, signed: boolean): Uint8Array {
  let bytes = new Uint8Array(words.length * 2 + LONGEST);
  let at = 0;
  for (let i = 0; i < words.length; i += wordsEach) {
    if (bytes.length - at < LONGEST) bytes = grown(bytes);
    const word = words[i] ?? 0;
    let low = word >>> 0;
    let high = wordsEach === 2 ? (words[i + 1] ?? 0) >>> 0 : signed && word < 0 ? 0xffffffff : 0;
    while (high !== 0 || low > 0x7f) {
      bytes[at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    bytes[at++] = low;
  }
  return bytes.subarray(0, at);
}

function grown(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}
