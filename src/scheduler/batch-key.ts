import type { Tensor } from '#tensor/tensor.js';
import { type BatchLayout, PLAIN_LAYOUT } from './batch-layout.js';

/**
 * Jobs whose inputs have the same key can run together: their shapes are alike but for the batch axis, and but for the
 * axes that are padded. Inputs are in the model's order, which gives their names and datatypes.
 */
export function batchKey(inputs: readonly Tensor[], layout: BatchLayout = PLAIN_LAYOUT): string {
  const [first] = inputs;
  if (first === undefined) return '';
  // The usual model has one input or two: no array is made for them.
  let key = shapeKey(first, layout);
  for (let i = 1; i < inputs.length; i++) key += `;${shapeKey(inputs[i] as Tensor, layout)}`;
  return key;
}

/** The axes as a text: `_` for the batch's and `*` for a padded one. */
function shapeKey({ name, shape }: Tensor, { axisOf, padded }: BatchLayout): string {
  const batchAxis = axisOf[name] ?? 0;
  const axes = padded.length === 0 ? undefined : padded.find((each) => each.name === name)?.axes;
  let key = '';
  for (let axis = 0; axis < shape.length; axis++) {
    if (axis === batchAxis) key += '_,';
    else if (axes?.includes(axis)) key += '*,';
    else key += `${shape[axis]},`;
  }
  return key;
}
