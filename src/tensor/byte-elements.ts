import { invalid } from '#core/errors.js';
import type { Tensor } from './tensor.js';

/** The bytes that a BYTES element's length takes. */
export const LENGTH_PREFIX_BYTES = 4;

/**
 * Where each element of a BYTES tensor starts, and behind them where the last one ends: `count` + 1 offsets into its
 * data. Element i, without its length, is [offsets[i] + 4, offsets[i + 1]). Throws INVALID_ARGUMENT unless the data is
 * exactly `count` elements.
 */
export function elementOffsets(tensor: Tensor, count: number): readonly number[] {
  const { data, name } = tensor;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const offsets = [0];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = at + LENGTH_PREFIX_BYTES;
    const end = start <= data.byteLength ? start + view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (end > data.byteLength) {
      throw invalid(
        `tensor "${name}" ends inside its element ${i}: ${count} BYTES elements were expected in its ${data.byteLength} bytes`,
      );
    }
    offsets.push(end);
    at = end;
  }
  if (at !== data.byteLength) {
    throw invalid(
      `tensor "${name}" has ${data.byteLength - at} bytes behind its last element: ${count} BYTES elements were expected in its ${data.byteLength} bytes`,
    );
  }
  return offsets;
}
