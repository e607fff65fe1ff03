import type { Tensor } from '#tensor/tensor.js';

/** Below this a structured clone is cheaper than moving a buffer (and than tracking it). */
const SMALL_BYTES = 4096;

/** Tensors ready for `postMessage`: what fills half of its buffer is moved with it, the rest is copied exactly once. */
export interface Parcel {
  readonly tensors: readonly Tensor[];
  readonly transfer: ArrayBuffer[];
}

/**
 * Packs tensors for the thread wall. The sender must not use their bytes afterwards, nor what lies beside them: a
 * request's tensors are moved with the rest of its body. A small view of a larger buffer is cut out first: a structured
 * clone would copy the whole buffer behind it.
 */
export function pack(tensors: readonly Tensor[]): Parcel {
  const transfer: ArrayBuffer[] = [];
  const packed = tensors.map((tensor) => {
    const { buffer } = tensor.data;
    const stays = usedOf(buffer, tensors) * 2 < buffer.byteLength;
    // Not `slice()`, which for a Buffer makes another view.
    const data = stays ? new Uint8Array(tensor.data) : tensor.data;
    const isMoved = data.buffer.byteLength >= SMALL_BYTES && data.buffer instanceof ArrayBuffer;
    if (isMoved && !transfer.includes(data.buffer)) transfer.push(data.buffer);
    return stays ? { ...tensor, data } : tensor;
  });
  return { tensors: packed, transfer };
}

/** Bytes of a buffer that the tensors stand in. There are few tensors: a Map would cost more than it saves. */
function usedOf(buffer: ArrayBufferLike, tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { data }) => (data.buffer === buffer ? sum + data.byteLength : sum), 0);
}
