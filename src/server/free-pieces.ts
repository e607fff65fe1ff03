import { freeBuffer } from '#core/spare-buffers.js';

/** To give back less at once costs more than to leave it to the garbage collector. */
const LEAST_BYTES = 16 * 1024;

/** Gives the memory of bytes back that nobody will look at any more, where they have a buffer of their own. */
export function freePiece({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < LEAST_BYTES || byteLength < buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) freeBuffer(buffer);
}

/** The same for the pieces of an answer that has been sent. */
export function freePieces(pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) freePiece(piece);
}
