import type { Tensor } from '#tensor/tensor.js';

/** Below this a structured clone is cheaper than moving a buffer (and than tracking it). */
const SMALL_BYTES = 4096;

/** Tensors ready for `postMessage`: what stands alone in its buffer is moved, the rest is copied exactly once. */
export interface Parcel {
  readonly tensors: readonly Tensor[];
  readonly transfer: ArrayBuffer[];
}

/**
 * Packs tensors for the thread wall. The sender must not use their bytes afterwards. A view of a larger buffer is cut
 * out first: a structured clone would copy the whole buffer behind it.
 */
export function pack(tensors: readonly Tensor[]): Parcel {
  const transfer: ArrayBuffer[] = [];
  const packed = tensors.map((tensor) => packOne(tensor, transfer));
  return { tensors: packed, transfer };
}

function packOne(tensor: Tensor, transfer: ArrayBuffer[]): Tensor {
  const alone = tensor.data.byteLength === tensor.data.buffer.byteLength;
  // Not `slice()`, which for a Buffer makes another view.
  const data = alone ? tensor.data : new Uint8Array(tensor.data);
  if (
    data.byteLength >= SMALL_BYTES &&
    data.buffer instanceof ArrayBuffer &&
    !transfer.includes(data.buffer)
  ) {
    transfer.push(data.buffer);
  }
  return data === tensor.data ? tensor : { ...tensor, data };
}
