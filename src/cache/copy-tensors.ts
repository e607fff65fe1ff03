import type { Tensor } from '#tensor/tensor.js';

/** Tensors with bytes of their own: answers are given away, and their memory is freed once they have been sent. */
export function copyTensors(tensors: readonly Tensor[]): readonly Tensor[] {
  // Not `slice()`, which for a Buffer makes another view.
  return tensors.map((tensor) => ({ ...tensor, data: new Uint8Array(tensor.data) }));
}
