import type { Tensor } from '#tensor/tensor.js';
import { type BatchLayout, PLAIN_LAYOUT } from './batch-layout.js';

/**
 * Jobs whose inputs have the same key can run together: their shapes are alike but for the batch axis, and but for the
 * axes that are padded. A request in which axes of one name differ is joined only with those of the very same shapes: to
 * pad them alike would change what it says. Inputs are in the model's order, which gives their names and datatypes.
 */
export function batchKey(inputs: readonly Tensor[], layout: BatchLayout = PLAIN_LAYOUT): string {
  const { axisOf, padded } = layout;
  const isPadded = padded.length > 0 && isConsistent(inputs, layout);
  let key = '';
  // On the way of every request: no arrays, no closures.
  for (const { name, shape } of inputs) {
    const batchAxis = axisOf[name] ?? 0;
    const axes = isPadded ? padded.find((each) => each.name === name)?.axes : undefined;
    for (let axis = 0; axis < shape.length; axis++) {
      if (axis === batchAxis) key += '_,';
      else if (axes?.includes(axis)) key += '*,';
      else key += `${shape[axis]},`;
    }
    key += ';';
  }
  return key;
}

/** Whether axes of the same name have the same size, as the file says. */
function isConsistent(inputs: readonly Tensor[], { padded }: BatchLayout): boolean {
  const sizes = new Map<string, number | undefined>();
  for (const { name, axes, axisNames = [] } of padded) {
    const shape = inputs.find((input) => input.name === name)?.shape ?? [];
    for (const [i, axisName] of axisNames.entries()) {
      const size = shape[axes[i] ?? 0];
      if (sizes.has(axisName) && sizes.get(axisName) !== size) return false;
      sizes.set(axisName, size);
    }
  }
  return true;
}
