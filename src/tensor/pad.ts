import { assemble, cutBlock } from './block.js';
import { formatShape } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * The tensor made longer at the end of its axes; `value` stands in the places that are added, and the empty text in a
 * BYTES tensor. One that has the shape already is answered as it is, else its bytes are its own. Throws
 * INVALID_ARGUMENT for a value that the datatype does not have, and a RangeError where an axis would become shorter.
 */
export function padTo(tensor: Tensor, shape: readonly number[], value: number): Tensor {
  if (isSame(tensor.shape, shape)) return tensor;
  checkWithin(tensor.shape, shape);
  const { name, datatype } = tensor;
  return assemble({ name, datatype, shape }, [{ tensor, start: shape.map(() => 0) }], value);
}

/** Undoes `padTo`: the beginning of every axis. A RangeError where an axis would become longer. */
export function cutTo(tensor: Tensor, shape: readonly number[]): Tensor {
  if (isSame(tensor.shape, shape)) return tensor;
  checkWithin(shape, tensor.shape);
  return cutBlock(
    tensor,
    shape.map(() => 0),
    shape,
  );
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((axis, i) => axis === other[i]);
}

function checkWithin(small: readonly number[], large: readonly number[]): void {
  if (small.length === large.length && small.every((axis, i) => axis <= (large[i] ?? -1))) return;
  throw new RangeError(`${formatShape(small)} does not lie within ${formatShape(large)}`);
}
