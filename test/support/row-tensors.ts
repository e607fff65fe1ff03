/** Small tensors whose elements are the point of them. */
import { encodeTexts } from '#tensor/byte-strings.js';
import type { Tensor } from '#tensor/tensor.js';

export function numbers(name: string, shape: readonly number[], values: readonly number[]): Tensor {
  return { name, datatype: 'UINT8', shape, data: Uint8Array.from(values) };
}

export function texts(name: string, shape: readonly number[], values: readonly string[]): Tensor {
  return { name, datatype: 'BYTES', shape, data: encodeTexts(values) };
}
