import { invalid } from '#core/errors.js';
import { checkBytes, cutBlock } from './block.js';
import { elementOffsets } from './byte-strings.js';
import { elementCount, formatShape } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * Cuts a tensor along an axis into parts of so many rows each, which must add up to the whole. Along the first axis the
 * parts are views of the tensor's own bytes; along any other they are copies. Throws INVALID_ARGUMENT when the rows do
 * not add up, and a RangeError when the tensor has not the bytes of its shape.
 */
export function splitRows(tensor: Tensor, rows: readonly number[], axis = 0): readonly Tensor[] {
  const whole = tensor.shape[axis];
  const wanted = rows.reduce((sum, each) => sum + each, 0);
  if (whole !== wanted) {
    throw invalid(
      `tensor "${tensor.name}" of shape ${formatShape(tensor.shape)} was expected to have ${wanted} rows${axis === 0 ? '' : ` along axis ${axis}`}`,
    );
  }
  checkBytes(tensor);
  return axis === 0 ? views(tensor, rows, whole) : copies(tensor, rows, axis);
}

function views(tensor: Tensor, rows: readonly number[], whole: number): readonly Tensor[] {
  const rest = tensor.shape.slice(1);
  const offsetOf = rowOffsets(tensor, whole, elementCount(rest));
  const parts: Tensor[] = [];
  let row = 0;
  for (const count of rows) {
    const data = tensor.data.subarray(offsetOf(row), offsetOf(row + count));
    parts.push({ ...tensor, shape: [count, ...rest], data });
    row += count;
  }
  return parts;
}

function copies(tensor: Tensor, rows: readonly number[], axis: number): readonly Tensor[] {
  let row = 0;
  return rows.map((count) => {
    const start = tensor.shape.map((_, each) => (each === axis ? row : 0));
    row += count;
    return cutBlock(tensor, start, tensor.shape.with(axis, count));
  });
}

/** The byte at which a row starts; for the row behind the last, the end. */
function rowOffsets(tensor: Tensor, rows: number, rowElements: number): (row: number) => number {
  if (tensor.datatype === 'BYTES') {
    const offsets = elementOffsets(tensor, rows * rowElements);
    return (row) => offsets[row * rowElements] ?? tensor.data.byteLength;
  }
  const rowBytes = rows === 0 ? 0 : tensor.data.byteLength / rows;
  return (row) => row * rowBytes;
}
