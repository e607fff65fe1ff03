import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#core/clock.js';
import type { Answer } from '#protocol/exchange.js';
import { byteLengthOf, piecesOf } from './encode-answer.js';
import { freePieces } from './free-pieces.js';

/** So long may a client go on sending a body that was refused before it has to listen. */
const LINGER_MS = 2_000;

/** What every answer says to a browser that may have been led to it: that it is no page. What is one says more. */
export const SECURE_HEADERS: Readonly<Record<string, string>> = { 'x-content-type-options': 'nosniff' };

const NO_CONTENT = 204;
const NOT_MODIFIED = 304;

/** Sends an answer. With `close` it is the last one on its connection. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  close: boolean,
  clock: Clock,
): void {
  if (response.destroyed) return;
  // What is left of a refused body would be read as the next request, and could be long: the connection ends.
  const unread = isUnread(request);
  const pieces = piecesOf(answer);
  const headers: Record<string, string | number> = {};
  // Not spread: V8 makes hidden classes, in its old generation, for each object that is spread from two.
  Object.assign(headers, SECURE_HEADERS, answer.headers);
  // Of what is not sent because the client has it, that would be the length (RFC 9110, section 8.6).
  if (answer.status !== NOT_MODIFIED && answer.status !== NO_CONTENT)
    headers['content-length'] = byteLengthOf(pieces);
  if (close || unread) headers['connection'] = 'close';
  response.writeHead(answer.status, headers);
  if (answer.isGivenAway) {
    // The system has taken all of it by then. Of an answer that is broken off, somebody may still hold a part.
    response.once('finish', () => {
      if (!response.destroyed) freePieces(pieces);
    });
  }
  // Several pieces, and the head before them, go to the socket at once and are not joined.
  response.cork();
  if (request.method !== 'HEAD') for (const piece of pieces) if (piece.byteLength > 0) response.write(piece);
  if (unread) linger(request, response, clock);
  else response.end();
}

/**
 * Sends an answer while the client still sends. Closing over bytes that nobody has read resets the connection, and
 * takes the answer with it before the client has looked: so they are read and dropped for a while.
 */
function linger(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  response.uncork();
  const timer = clock.startTimer(LINGER_MS, () => end());
  const end = (): void => {
    timer.cancel();
    response.end();
  };
  request.once('end', end).once('close', end).resume();
}

function isUnread(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return !request.complete && (encoding !== undefined || (length !== undefined && length !== '0'));
}
