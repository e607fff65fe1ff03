import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { checkByteStrings, LENGTH_BYTES } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import { cannotHold, type TensorClaims } from './request-faults.js';

/**
 * Throws INVALID_ARGUMENT unless so many bytes can be a tensor: exactly of that size, or for BYTES, with room for the
 * lengths of all elements. The shape is what the client says: its product may be beyond what a number holds.
 */
export function checkBinarySize(size: number, { name, datatype, shape }: TensorClaims, model: string): void {
  const elements = shape.reduce((product, axis) => product * BigInt(axis), 1n);
  const expected = elements * BigInt(datatype === 'BYTES' ? LENGTH_BYTES : DATATYPE_BYTES[datatype]);
  if (datatype === 'BYTES' ? BigInt(size) >= expected : BigInt(size) === expected) return;
  throw invalid(
    `input byte size mismatch for input '${clip(name)}' for model '${model}'. ` +
      `Expected ${datatype === 'BYTES' ? `at least ${expected}` : expected}, got ${size}: its shape is ${formatShape(shape)} and its datatype ${datatype}`,
  );
}

/**
 * Throws INVALID_ARGUMENT unless bytes whose size is right are elements: each of BYTES as long as it says, truth values
 * 0 or 1, since engines take them as they are.
 */
export function checkBinaryTensor(data: Uint8Array, claims: TensorClaims): void {
  if (claims.datatype === 'BYTES')
    checkByteStrings(data, elementCount(claims.shape), `input '${clip(claims.name)}'`);
  if (claims.datatype !== 'BOOL') return;
  const index = data.findIndex((byte) => byte > 1);
  if (index >= 0) throw cannotHold(claims, index, String(data[index]), '0..1');
}
