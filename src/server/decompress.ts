import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { invalid, type ServingError } from '#core/errors.js';
import type { ContentCoding } from './content-coding.js';

/** Who hears of a body as it unfolds. After `whole` or `corrupt` nothing more comes. */
export interface Unfolding {
  bytes(chunk: Buffer): void;
  whole(): void;
  corrupt(error: ServingError): void;
}

/** Takes a compressed body in pieces. */
export interface Decompressor {
  write(chunk: Buffer): void;
  end(): void;
  /** Wants to hear nothing more, and gives zlib's memory back. */
  destroy(): void;
}

/**
 * Decompresses in zlib's threads, a piece at a time: `source`, which the pieces come from, is paused while they wait.
 * Nothing may follow the end of the compressed data.
 */
export function decompressor(
  coding: Exclude<ContentCoding, 'identity'>,
  source: Readable,
  heard: Unfolding,
): Decompressor {
  const options = { chunkSize: 64 * 1024 };
  const stream = coding === 'gzip' ? createGunzip(options) : createInflate(options);
  const corrupt = (problem: string): void =>
    heard.corrupt(invalid(`the request body cannot be decompressed with ${coding}: ${problem}`));
  let written = 0;
  stream.on('data', (chunk: Buffer) => heard.bytes(chunk));
  stream.on('drain', () => source.resume());
  stream.on('error', (error) => corrupt(error.message));
  stream.on('end', () => {
    // zlib ends its output at the end of the data, and takes nothing of what stands behind that.
    if (written > stream.bytesWritten) corrupt('there are bytes behind the end of the compressed data');
    else heard.whole();
  });
  return {
    write(chunk) {
      written += chunk.length;
      if (!stream.write(chunk)) source.pause();
    },
    end: () => void stream.end(),
    destroy() {
      stream.removeAllListeners();
      stream.on('error', () => {});
      stream.destroy();
      source.resume();
    },
  };
}
