import { Buffer, isUtf8 } from 'node:buffer';
import { invalid } from '#core/errors.js';
import { elementOffsets, LENGTH_PREFIX_BYTES } from '#tensor/byte-elements.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';

/**
 * The elements of a BYTES tensor as ONNX Runtime takes them. Throws INVALID_ARGUMENT, naming input and element, for
 * one that is not UTF-8 or has a NUL byte: the binding hands strings over as C strings and would cut it there.
 */
export function decodeStrings(tensor: Tensor): string[] {
  const { data } = tensor;
  const count = elementCount(tensor.shape);
  const offsets = elementOffsets(tensor, count);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const strings = new Array<string>(count);
  for (let i = 0; i < count; i++) {
    const from = (offsets[i] ?? 0) + LENGTH_PREFIX_BYTES;
    const to = offsets[i + 1] ?? 0;
    const kind = textKind(bytes, from, to);
    if (kind === 'nul') {
      throw invalid(
        `input "${tensor.name}": element ${i} has a NUL byte, which a string of this model cannot hold`,
      );
    }
    if (kind === 'wide' && !isUtf8(bytes.subarray(from, to))) {
      throw invalid(
        `input "${tensor.name}": element ${i} is not valid UTF-8, and the strings of ONNX models are UTF-8`,
      );
    }
    // Unlike a TextDecoder, this keeps a byte order mark at the start: it is part of the string.
    strings[i] = kind === 'ascii' ? bytes.toString('latin1', from, to) : bytes.toString('utf8', from, to);
  }
  return strings;
}

/** What must be asked of the bytes in [from, to) before they are a string. */
function textKind(bytes: Uint8Array, from: number, to: number): 'ascii' | 'wide' | 'nul' {
  let highest = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) return 'nul';
    highest |= byte;
  }
  return highest < 0x80 ? 'ascii' : 'wide';
}

/** Strings as the bytes of a BYTES tensor. */
export function encodeStrings(strings: readonly string[]): Uint8Array {
  let size = 0;
  for (const each of strings) size += LENGTH_PREFIX_BYTES + Buffer.byteLength(each);
  const data = new Uint8Array(size);
  const bytes = Buffer.from(data.buffer);
  let at = 0;
  for (const each of strings) {
    const length = bytes.write(each, at + LENGTH_PREFIX_BYTES);
    bytes.writeUInt32LE(length, at);
    at += LENGTH_PREFIX_BYTES + length;
  }
  return data;
}
