import { invalid } from '#core/errors.js';
import { assemble, checkBytes, newBytes } from './block.js';
import { LENGTH_BYTES } from './byte-strings.js';
import { DATATYPE_BYTES } from './datatype.js';
import { elementCount, formatShape } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * Puts tensors one after the other along an axis, in a buffer of its own and with one copy. The first one gives the
 * name. Where they have fewer rows than `leastRows` together, rows of zeros (of empty texts for BYTES) follow. Throws
 * INVALID_ARGUMENT when there is none, when they differ in datatype or in any other axis, or have no such axis, and a
 * RangeError for one that has not the bytes of its shape. BYTES must have been checked.
 */
export function concatRows(tensors: readonly Tensor[], axis = 0, leastRows = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) throw invalid('there is no tensor to be joined');
  let given = 0;
  for (const tensor of tensors) given += rowsOf(tensor, first, axis);
  const rows = Math.max(given, leastRows);
  const head = { name: first.name, datatype: first.datatype, shape: first.shape.with(axis, rows) };
  if (axis === 0) return { ...head, data: oneAfterTheOther(tensors, (rows - given) * rowBytes(first)) };
  let row = 0;
  const blocks = tensors.map((tensor) => {
    const start = head.shape.map((_, each) => (each === axis ? row : 0));
    row += tensor.shape[axis] ?? 0;
    return { tensor, start };
  });
  return assemble(head, blocks);
}

/** Of a row along the first axis; a row of empty texts has their lengths. */
function rowBytes({ datatype, shape }: Tensor): number {
  return elementCount(shape.slice(1)) * (datatype === 'BYTES' ? LENGTH_BYTES : DATATYPE_BYTES[datatype]);
}

/** How many rows a tensor has that is to be joined to the first. */
function rowsOf(tensor: Tensor, first: Tensor, axis: number): number {
  const { datatype, shape } = tensor;
  const rows = shape[axis];
  const isAlike =
    shape.length === first.shape.length && shape.every((each, i) => i === axis || each === first.shape[i]);
  if (rows === undefined || datatype !== first.datatype || !isAlike) {
    throw invalid(
      `tensors "${first.name}" cannot be joined along ${axis === 0 ? 'their first axis' : `axis ${axis}`}: one is ${first.datatype} ${formatShape(first.shape)}, another ${datatype} ${formatShape(shape)}`,
    );
  }
  checkBytes(tensor);
  return rows;
}

/** Rows along the first axis lie one after the other as they are. What follows is zeros, and of texts their lengths. */
function oneAfterTheOther(tensors: readonly Tensor[], missingBytes: number): Uint8Array {
  let byteLength = 0;
  for (const tensor of tensors) byteLength += tensor.data.byteLength;
  const { data } = newBytes(byteLength + missingBytes);
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, at);
    at += tensor.data.byteLength;
  }
  return data.fill(0, at);
}
