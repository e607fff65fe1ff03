import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

const HEAD_BYTES = 9;
const GOAWAY = 7;
/** Higher than that of any call, so that none is too late. */
export const LAST_STREAM: number = 2 ** 31 - 1;

/** A whole frame: the last stream, and error 0 (RFC 9113, section 6.8). */
const NOTICE = ((): Buffer => {
  const frame = Buffer.alloc(HEAD_BYTES + 8);
  frame.writeUIntBE(8, 0, 3);
  frame[3] = GOAWAY;
  frame.writeUInt32BE(LAST_STREAM, HEAD_BYTES);
  return frame;
})();

/**
 * Asks the other side of an HTTP/2 connection to begin no further call on it, and serves those that are on their way.
 *
 * It is written to the socket past Node's session. `session.goaway()` means the same and does another thing: once it
 * has been sent and no call is open, the session reads no more, and a call that was on its way is never answered. Node
 * writes whole frames, so one more between them is in its place.
 */
export function askToGo(socket: Socket): void {
  if (socket.writable) socket.write(NOTICE);
}
