import { createGunzip, createInflate } from 'node:zlib';
import { clip } from '#core/clip.js';
import { messageOf, ServingError } from '#core/errors.js';
import { compress, LEAST_COMPRESSED_BYTES } from './compress.js';
import type { ContentCoding } from './content-coding.js';
import { byteLengthOf } from './encode-answer.js';
import { type Frame, tooLarge } from './grpc-frames.js';
import type { ResponseCompression } from './grpc-options.js';
import { ReceivedBytes } from './received-bytes.js';

/** What messages may be compressed by; `deflate` means zlib's format. */
const DECODERS = { gzip: createGunzip, deflate: createInflate } as const;

/** What is allocated for a message that unfolds, before it does; and what zlib hands over at a time. */
const FIRST_BYTES = 64 * 1024;

/** For the header grpc-accept-encoding. */
export const ACCEPTED_ENCODINGS = 'identity,deflate,gzip';

/**
 * What answers are compressed by: the best that the caller takes, where the server compresses at all.
 *
 * @param accepted the header grpc-accept-encoding of the call
 */
export function answerEncoding(accepted: string | undefined, level: ResponseCompression): ContentCoding {
  if (level === 'none') return 'identity';
  const names = (accepted ?? '').split(',').map((name) => name.trim());
  return (['gzip', 'deflate'] as const).find((name) => names.includes(name)) ?? 'identity';
}

/** zlib's levels. */
const LEVELS = { low: 1, medium: 6, high: 9 } as const;

/** A message ready to be framed. */
export interface EncodedMessage {
  readonly isCompressed: boolean;
  readonly pieces: readonly Uint8Array[];
  /** Whether nobody else has them: their memory is taken back once they have been sent. */
  readonly isGivenAway: boolean;
}

/** Compresses a message that is large enough for it, and is given away. A call may have messages of both kinds. */
export async function encodeMessage(
  pieces: readonly Uint8Array[],
  encoding: ContentCoding,
  level: ResponseCompression,
): Promise<EncodedMessage> {
  if (encoding === 'identity' || level === 'none' || byteLengthOf(pieces) < LEAST_COMPRESSED_BYTES)
    return { isCompressed: false, pieces, isGivenAway: true };
  return { isCompressed: true, pieces: await compress(pieces, encoding, LEVELS[level]), isGivenAway: true };
}

/**
 * The bytes of a message, which are at most `maxBytes` when decompressed.
 *
 * @param encoding the header grpc-encoding of the call
 * @param hold hears of bytes before they are kept beside those that came, and throws where there is no room for them
 * Throws UNIMPLEMENTED for an encoding that is not known, PAYLOAD_TOO_LARGE, what `hold` throws, and INTERNAL, as gRPC has
 * it, for a message that cannot be decompressed.
 */
export async function decodeFrame(
  { isCompressed, data }: Frame,
  encoding: string,
  maxBytes: number,
  hold: (bytes: number) => void = () => {},
): Promise<Uint8Array> {
  if (!isCompressed) return data;
  if (encoding === 'identity') {
    throw new ServingError(
      'INTERNAL',
      'a message is marked as compressed, but the header grpc-encoding names nothing',
    );
  }
  const decoder = decoderOf(encoding)({ chunkSize: FIRST_BYTES });
  const unfolded = new ReceivedBytes(null, FIRST_BYTES, maxBytes);
  const add = (chunk: Buffer): void => {
    if (unfolded.length + chunk.length > maxBytes) throw tooLarge('more', maxBytes);
    hold(chunk.length);
    unfolded.add(chunk);
  };
  try {
    decoder.end(data);
    for await (const chunk of decoder) add(chunk as Buffer);
    return unfolded.take();
  } catch (thrown) {
    decoder.destroy();
    if (thrown instanceof ServingError) throw thrown;
    throw new ServingError(
      'INTERNAL',
      `a message cannot be decompressed by ${encoding}: ${messageOf(thrown)}`,
    );
  }
}

/** Throws UNIMPLEMENTED for an encoding that is not known. */
export function checkEncoding(encoding: string): void {
  if (encoding !== 'identity') decoderOf(encoding);
}

function decoderOf(encoding: string): (typeof DECODERS)['gzip'] {
  if (encoding === 'gzip' || encoding === 'deflate') return DECODERS[encoding];
  throw new ServingError(
    'UNIMPLEMENTED',
    `the message encoding '${clip(encoding)}' is not supported; ${ACCEPTED_ENCODINGS} are`,
  );
}
