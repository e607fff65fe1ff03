import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#core/clock.js';
import type { Answer } from '#protocol/exchange.js';

/** So long may a client go on sending a body that was refused before it has to listen. */
const LINGER_MS = 2_000;

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
  const headers: Record<string, string | number> = {
    ...answer.headers,
    'content-length': answer.body.byteLength,
  };
  if (close || unread) headers['connection'] = 'close';
  response.writeHead(answer.status, headers);
  const body = request.method === 'HEAD' ? undefined : answer.body;
  if (unread) linger(request, response, body, clock);
  else response.end(body);
}

/**
 * Sends an answer while the client still sends. Closing over bytes that nobody has read resets the connection, and
 * takes the answer with it before the client has looked: so they are read and dropped for a while.
 */
function linger(
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array | undefined,
  clock: Clock,
): void {
  if (body !== undefined) response.write(body);
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
