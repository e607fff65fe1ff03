import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Answer } from '#protocol/exchange.js';
import { piecesOf } from './encode-answer.js';

import { SECURE_HEADERS } from './send.js';

const log = loggerOf('server::send-stream');

/** Whoever takes nothing of a stream for so long is cut off: what it has not taken would be kept for it. */
export const MAX_STALL_MS = 60_000;

/**
 * Sends an answer whose body goes on: its head at once, then every piece as it comes, the next one only when the client
 * has taken the one before. Settles when the stream has ended, the client is gone, or `end` said so. Never rejects.
 */
export async function sendStream(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer & Required<Pick<Answer, 'stream'>>,
  end: AbortSignal,
  clock: Clock,
): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    ...SECURE_HEADERS,
    ...answer.headers,
    ...(end.aborted && { connection: 'close' }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  for (const piece of piecesOf(answer)) response.write(piece);
  const pieces = answer.stream[Symbol.asyncIterator]();
  const stop = (): void => void pieces.return?.();
  response.once('close', stop);
  end.addEventListener('abort', stop);
  if (end.aborted) stop();
  try {
    for (;;) {
      const { done, value } = await pieces.next();
      if (done === true || response.destroyed) break;
      if (!response.write(value)) await drained(response, end, clock);
    }
    response.end();
  } catch (thrown) {
    log.error(`a stream broke off: ${messageOf(thrown)}`);
    response.destroy();
  } finally {
    stop();
    response.off('close', stop);
    end.removeEventListener('abort', stop);
  }
}

/** Settles when the client has taken all that was written, or is gone. One that takes nothing is cut off. */
function drained(response: ServerResponse, end: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = (): void => void response.destroy();
    const timer = clock.startTimer(MAX_STALL_MS, cutOff);
    const settle = (): void => {
      timer.cancel();
      end.removeEventListener('abort', cutOff);
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
    end.addEventListener('abort', cutOff);
    if (response.destroyed) settle();
    else if (end.aborted) cutOff();
  });
}
