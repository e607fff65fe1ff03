import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** So much is read at a time; others get a turn between. */
const PIECE_BYTES = 256 * 1024;

/** Another one whenever a file was written, replaced or touched, as far as the file system's clock can tell. */
export function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

/**
 * The SHA-256 of a file that was just seen with this stamp, or null if it is not that file any more, or changed while
 * it was read. Never waits for the other end of a pipe. Rejects as node:fs does, or with the signal's reason.
 */
export async function hashFile(real: string, stamp: string, signal?: AbortSignal): Promise<string | null> {
  const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const before = await file.stat({ bigint: true });
    if (stampOf(before) !== stamp) return null;
    const hash = createHash('sha256');
    const piece = new Uint8Array(Math.min(PIECE_BYTES, Number(before.size) + 1));
    let length = 0;
    // A file that grows as fast as it is read would never end.
    while (length <= before.size) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(piece, 0, piece.length);
      if (bytesRead === 0) break;
      hash.update(piece.subarray(0, bytesRead));
      length += bytesRead;
    }
    const after = await file.stat({ bigint: true });
    return stampOf(after) === stamp ? hash.digest('hex') : null;
  } finally {
    await file.close();
  }
}
