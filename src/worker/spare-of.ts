import { LEAST_SPARE_BYTES } from '#core/spare-buffers.js';
import type { Tensor } from '#tensor/tensor.js';

/** The large buffers behind the inputs, but for those that an output stands in. */
export function spareOf(
  inputs: readonly Tensor[],
  taken: readonly ArrayBufferLike[],
): readonly ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer } of inputs.map(({ data }) => data)) {
    const isLarge = buffer.byteLength >= LEAST_SPARE_BYTES;
    if (isLarge && buffer instanceof ArrayBuffer && !taken.includes(buffer)) buffers.add(buffer);
  }
  return [...buffers];
}
