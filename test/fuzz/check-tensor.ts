import assert from 'node:assert/strict';
import { checkByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';

/** Every tensor that a decoder answers has exactly the bytes that its shape and its datatype say. */
export function checkTensor({ name, datatype, shape, data }: Tensor): void {
  const count = elementCount(shape);
  assert.ok(Number.isSafeInteger(count), `tensor '${name}' of shape [${shape}]`);
  assert.ok(shape.every(Number.isSafeInteger), `tensor '${name}' of shape [${shape}]`);
  if (datatype === 'BYTES') checkByteStrings(data, count, `tensor '${name}'`);
  else assert.equal(data.byteLength, count * DATATYPE_BYTES[datatype], `the bytes of tensor '${name}'`);
}

/** An engine is given no other BOOL than 0 and 1. */
export function checkBools({ datatype, data }: Tensor): void {
  if (datatype === 'BOOL') assert.ok(!data.some((byte) => byte > 1), 'a BOOL that is neither 0 nor 1');
}

/** A tensor of a request. */
export function checkInput(tensor: Tensor): void {
  checkTensor(tensor);
  checkBools(tensor);
}

/** Of few bytes nobody shall make many: what is made is in proportion to the input. */
export function checkProportion(tensors: readonly Tensor[], inputBytes: number, factor: number): void {
  const made = tensors.reduce((sum, { data }) => sum + data.buffer.byteLength, 0);
  assert.ok(made <= factor * inputBytes + 64, `${made} bytes of tensors were made of ${inputBytes}`);
}
