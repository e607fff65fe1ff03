import { invalid } from '#core/errors.js';
import { elementOffsets } from './byte-strings.js';
import { elementCount, formatShape } from './shape.js';
import type { Tensor } from './tensor.js';

/**
 * Cuts a tensor along its first axis into parts of so many rows each, which must add up to the whole. The parts are
 * views of the tensor's own bytes, not copies. Throws INVALID_ARGUMENT when the rows do not add up.
 */
export function splitRows(tensor: Tensor, rows: readonly number[]): readonly Tensor[] {
  const [whole, ...rest] = tensor.shape;
  const wanted = rows.reduce((sum, each) => sum + each, 0);
  if (whole !== wanted) {
    throw invalid(
      `tensor "${tensor.name}" of shape ${formatShape(tensor.shape)} was expected to have ${wanted} rows`,
    );
  }
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

/** The byte at which a row starts; for the row behind the last, the end. */
function rowOffsets(tensor: Tensor, rows: number, rowElements: number): (row: number) => number {
  if (tensor.datatype === 'BYTES') {
    const offsets = elementOffsets(tensor, rows * rowElements);
    return (row) => offsets[row * rowElements] ?? tensor.data.byteLength;
  }
  const rowBytes = rows === 0 ? 0 : tensor.data.byteLength / rows;
  return (row) => row * rowBytes;
}
