import { constants, createDeflate, createGzip } from 'node:zlib';
import type { ContentCoding } from './content-coding.js';

/**
 * Answers of fewer bytes are sent as they are: they fit into one packet anyway, and compressing costs two trips to
 * another thread.
 */
export const LEAST_COMPRESSED_BYTES = 1400;

/** Tensors shrink little, and hardly more at a higher level, which takes several times as long. */
const FAST = constants.Z_BEST_SPEED;

/**
 * Compresses pieces of a body, one after the other, in zlib's threads. Rejects when zlib does.
 *
 * @param level zlib's, from 1 (fast) to 9 (small)
 */
export function compress(
  pieces: readonly Uint8Array[],
  coding: Exclude<ContentCoding, 'identity'>,
  level: number = FAST,
): Promise<readonly Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const options = { level, chunkSize: 64 * 1024 };
    const stream = coding === 'gzip' ? createGzip(options) : createDeflate(options);
    const made: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => made.push(chunk));
    stream.on('end', () => resolve(made));
    stream.on('error', reject);
    for (const piece of pieces) stream.write(piece);
    stream.end();
  });
}
