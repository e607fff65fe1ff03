import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Hands a file's bytes on, piece by piece. A piece is only good until the next one. */
export function readWhole(path: string, take: (piece: Uint8Array) => void): void {
  const chunk = new Uint8Array(CHUNK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      take(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
}
