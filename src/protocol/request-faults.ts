/** What can be wrong with an inference request, in the same words whatever it was encoded in. */

import { clip } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';
import type { DataType } from '#tensor/datatype.js';
import { formatShape, MAX_RANK } from '#tensor/shape.js';

/** More inputs, or requested outputs, than any model has. Bounds the work of checking them. */
export const MAX_TENSORS = 4096;

/** What a request says of an input before its data. */
export interface TensorClaims {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
}

/** `'parameters.timeout' must be a non-negative integer, but is "soon"`. */
export function wrongValue(place: string, expected: string, found: unknown): ServingError {
  return invalid(`'${place}' must be ${expected}, but is ${shown(found)}`);
}

/** Texts in quotation marks, everything else as it is. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${clip(value.map(shown).join(','))}]`;
  return typeof value === 'string' ? JSON.stringify(clip(value)) : String(value);
}

export function inputTwice(name: string): ServingError {
  return invalid(`input '${clip(name)}' already exists in request`);
}

export function outputTwice(name: string): ServingError {
  return invalid(`output '${clip(name)}' is requested twice`);
}

/** To be called before element `index` of a list of tensors is read. Throws INVALID_ARGUMENT. */
export function checkTensorCount(place: string, index: number): void {
  if (index === MAX_TENSORS) throw invalid(`'${place}' has more than ${MAX_TENSORS} elements`);
}

/** To be called before axis `axis` of a shape is read. Throws INVALID_ARGUMENT. */
export function checkRank(place: string, axis: number): void {
  if (axis === MAX_RANK)
    throw invalid(`'${place}' has more than ${MAX_RANK} axes, the most this server takes`);
}

/** The largest integer that sizes and axes may be: 2^53 - 1. */
export const MAX_INDEX: number = Number.MAX_SAFE_INTEGER;

export function notAnIndex(place: string, text: string): ServingError {
  return invalid(`'${place}' must be an integer from 0 to 2^53-1, but is ${clip(text)}`);
}

/** `input 'x' has 3 elements but its shape [1,4] needs 4`. */
export function wrongElementCount(found: number, { name, shape }: TensorClaims): ServingError {
  const needed = shape.reduce((product, axis) => product * BigInt(axis), 1n);
  const elements = found === 1 ? '1 element' : `${found} elements`;
  return invalid(`input '${clip(name)}' has ${elements} but its shape ${formatShape(shape)} needs ${needed}`);
}

/** `element 5 of input 'x' is 300, which UINT8 (0..255) cannot hold`. */
export function cannotHold(claims: TensorClaims, index: number, text: string, range: string): ServingError {
  const subject = `element ${index} of input '${clip(claims.name)}' is ${clip(text)}`;
  return invalid(`${subject}, which ${claims.datatype} (${range}) cannot hold`);
}
