import { invalid } from '#core/errors.js';
import { assemble, newBytes } from './block.js';
import { LENGTH_BYTES } from './byte-strings.js';
import { elementCount, formatShape } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * Puts tensors one after the other along an axis, in a buffer of its own and with one copy. The first one gives the
 * name. Where they have fewer rows than `leastRows` together, rows of zeros (of empty texts for BYTES) follow. Throws
 * INVALID_ARGUMENT when there is none, when they differ in datatype or in any other axis, or have no such axis.
 */
export function concatRows(tensors: readonly Tensor[], axis = 0, leastRows = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) throw invalid('there is no tensor to be joined');
  const given = tensors.reduce((sum, tensor) => sum + rowsOf(tensor, first, axis), 0);
  const shape = first.shape.with(axis, Math.max(given, leastRows));
  const head = { name: first.name, datatype: first.datatype, shape };
  if (head.datatype === 'BYTES' && axis === 0)
    return { ...head, data: oneAfterTheOther(tensors, shape, given) };
  let row = 0;
  const blocks = tensors.map((tensor) => {
    const start = shape.map((_, each) => (each === axis ? row : 0));
    row += tensor.shape[axis] ?? 0;
    return { tensor, start };
  });
  return assemble(head, blocks);
}

function rowsOf({ datatype, shape }: Tensor, first: Tensor, axis: number): number {
  const rows = shape[axis];
  const isAlike =
    shape.length === first.shape.length && shape.every((each, i) => i === axis || each === first.shape[i]);
  if (rows !== undefined && datatype === first.datatype && isAlike) return rows;
  throw invalid(
    `tensors "${first.name}" cannot be joined along ${axis === 0 ? 'their first axis' : `axis ${axis}`}: one is ${first.datatype} ${formatShape(first.shape)}, another ${datatype} ${formatShape(shape)}`,
  );
}

/** Rows of texts lie one after the other as they are, and the empty text is a length of zero. */
function oneAfterTheOther(
  tensors: readonly Tensor[],
  [rows = 0, ...rest]: readonly number[],
  given: number,
): Uint8Array {
  const byteLength = tensors.reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
  const { data } = newBytes(byteLength + (rows - given) * elementCount(rest) * LENGTH_BYTES);
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, at);
    at += tensor.data.byteLength;
  }
  return data.fill(0, at);
}
