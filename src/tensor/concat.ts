import { invalid } from '#core/errors.js';
import { formatShape } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * Puts tensors one after the other along their first axis, in a buffer of its own. The first one gives the name. Throws
 * INVALID_ARGUMENT when they differ in datatype or in any other axis, or have no first axis.
 */
export function concatRows(first: Tensor, ...others: readonly Tensor[]): Tensor {
  const tensors = [first, ...others];
  const [, ...rest] = first.shape;
  let rows = 0;
  let byteLength = 0;
  for (const { datatype, shape, data } of tensors) {
    const [own, ...axes] = shape;
    if (own === undefined || datatype !== first.datatype || axes.join() !== rest.join()) {
      throw invalid(
        `tensors "${first.name}" cannot be joined along their first axis: one is ${first.datatype} ${formatShape(first.shape)}, another ${datatype} ${formatShape(shape)}`,
      );
    }
    rows += own;
    byteLength += data.byteLength;
  }
  const data = new Uint8Array(byteLength);
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, at);
    at += tensor.data.byteLength;
  }
  return { ...first, shape: [rows, ...rest], data };
}
