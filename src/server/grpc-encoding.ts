import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { messageOf, ServingError } from '#core/errors.js';
import { type Frame, tooLarge } from './grpc-frames.js';

/** What messages may be compressed by; `deflate` means zlib's format. */
const DECODERS = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;

/** For the header grpc-accept-encoding. */
export const ACCEPTED_ENCODINGS = 'identity,deflate,gzip';

/**
 * The bytes of a message, which are at most `maxBytes` when decompressed.
 *
 * @param encoding the header grpc-encoding of the call
 * Throws UNIMPLEMENTED for an encoding that is not known, PAYLOAD_TOO_LARGE, and INTERNAL, as gRPC has it, for a message
 * that cannot be decompressed.
 */
export async function decodeFrame(
  { isCompressed, data }: Frame,
  encoding: string,
  maxBytes: number,
): Promise<Uint8Array> {
  if (!isCompressed) return data;
  if (encoding === 'identity') {
    throw new ServingError(
      'INTERNAL',
      'a message is marked as compressed, but the header grpc-encoding names nothing',
    );
  }
  const decoder = decoderOf(encoding);
  try {
    return await decoder(data, { maxOutputLength: maxBytes });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('more', maxBytes);
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
    `the message encoding '${encoding.slice(0, 60)}' is not supported; ${ACCEPTED_ENCODINGS} are`,
  );
}
