import { invalid } from '#core/errors.js';
import { elementOffsets, LENGTH_PREFIX_BYTES } from '#tensor/byte-elements.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';

/**
 * The elements of a BYTES tensor as ONNX Runtime takes them. Throws INVALID_ARGUMENT, naming input and element, for
 * one that is not UTF-8 or holds a NUL byte: the binding hands strings over as C strings and would cut it there.
 */
export function decodeStrings(tensor: Tensor): string[] {
  const offsets = elementOffsets(tensor, elementCount(tensor.shape));
  return offsets.slice(1).map((end, i) => {
    const element = tensor.data.subarray((offsets[i] ?? 0) + LENGTH_PREFIX_BYTES, end);
    if (element.includes(0)) {
      throw invalid(
        `input "${tensor.name}": element ${i} has a NUL byte, which a string of this model cannot hold`,
      );
    }
    return decodeUtf8(element, tensor.name, i);
  });
}

function decodeUtf8(element: Uint8Array, input: string, at: number): string {
  try {
    return decoder.decode(element);
  } catch {
    throw invalid(
      `input "${input}": element ${at} is not valid UTF-8, and the strings of ONNX models are UTF-8`,
    );
  }
}

/** Strings as the bytes of a BYTES tensor. */
export function encodeStrings(strings: readonly string[]): Uint8Array {
  const elements = strings.map((each) => encoder.encode(each));
  const data = new Uint8Array(
    elements.reduce((total, { byteLength }) => total + LENGTH_PREFIX_BYTES + byteLength, 0),
  );
  const view = new DataView(data.buffer);
  let at = 0;
  for (const element of elements) {
    view.setUint32(at, element.byteLength, true);
    data.set(element, at + LENGTH_PREFIX_BYTES);
    at += LENGTH_PREFIX_BYTES + element.byteLength;
  }
  return data;
}

/** A byte order mark at the start is part of the string. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
