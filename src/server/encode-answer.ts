import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Answer } from '#protocol/exchange.js';
import { compress, LEAST_COMPRESSED_BYTES } from './compress.js';
import { chooseCoding } from './content-coding.js';

const log = loggerOf('server::encode-answer');

/** The pieces of an answer's body, however it was given. */
export function piecesOf({ body }: Answer): readonly Uint8Array[] {
  return body instanceof Uint8Array ? [body] : body;
}

export function byteLengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
}

/**
 * An answer in the coding that its client likes best. Those that may not be compressed, small ones, and those that
 * compressing does not make smaller stay as they are. Never rejects: where zlib fails, the answer goes as it is.
 *
 * @param acceptEncoding the header of the request
 */
export async function encodeAnswer(answer: Answer, acceptEncoding: string | undefined): Promise<Answer> {
  const pieces = piecesOf(answer);
  const length = byteLengthOf(pieces);
  if (answer.isCompressible !== true || length < LEAST_COMPRESSED_BYTES) return answer;
  const plain: Answer = { ...answer, headers: { ...answer.headers, vary: 'accept-encoding' } };
  const coding = chooseCoding(acceptEncoding);
  if (coding === 'identity') return plain;
  try {
    const body = await compress(pieces, coding);
    if (byteLengthOf(body) >= length) return plain;
    return { ...plain, headers: { ...plain.headers, 'content-encoding': coding }, body };
  } catch (thrown) {
    log.warn(`an answer of ${length} bytes goes uncompressed: ${messageOf(thrown)}`);
    return plain;
  }
}
