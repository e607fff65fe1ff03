import { Buffer } from 'node:buffer';
import type { RpcStatus } from '#protocol/exchange.js';

/** The status of a call that went well. */
export const OK: RpcStatus = { code: 0, message: '', trailers: {} };

/** Clients refuse trailers of more than 8 KiB or so; a sentence has no need of them. */
const MAX_MESSAGE_BYTES = 4096;

/** A status as trailers. Source: gRPC over HTTP/2, "Responses". */
export function trailersOf(status: RpcStatus): Readonly<Record<string, string>> {
  if (status === OK) return OK_TRAILERS;
  const { code, message, trailers } = status;
  return {
    'grpc-status': String(code),
    ...(message === '' ? {} : { 'grpc-message': percentEncode(message) }),
    ...trailers,
  };
}

/** Nearly all calls go well. */
const OK_TRAILERS: Readonly<Record<string, string>> = { 'grpc-status': '0' };

const SPACE = 0x20;
const PERCENT = 0x25;
const TILDE = 0x7e;

/** Everything but printable ASCII becomes the `%XX` of its UTF-8 bytes; what is too long ends early. */
function percentEncode(text: string): string {
  let encoded = '';
  for (const character of text) {
    let next = '';
    for (const byte of Buffer.from(character)) {
      const isPlain = byte >= SPACE && byte <= TILDE && byte !== PERCENT;
      next += isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    }
    if (encoded.length + next.length > MAX_MESSAGE_BYTES) break;
    encoded += next;
  }
  return encoded;
}
