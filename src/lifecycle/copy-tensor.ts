import { LEAST_SPARE_BYTES, spareBuffers } from '#core/spare-buffers.js';

/** The same bytes in memory of their own. */
export function copyOf(data: Uint8Array): Uint8Array {
  const { byteLength } = data;
  const spare = byteLength < LEAST_SPARE_BYTES ? null : spareBuffers.take(byteLength);
  // Not `slice()`, which for a Buffer makes another view.
  if (spare === null) return new Uint8Array(data);
  const copy = new Uint8Array(spare, 0, byteLength);
  copy.set(data);
  return copy;
}

/** Gives the memory of a copy back, which nobody looks at any more. */
export function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) spareBuffers.give(buffer);
}
