import { ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Answer } from '#protocol/exchange.js';
import { encodeErrorBody } from './error-body.js';
import { HTTP_STATUS } from './http-status.js';

const log = loggerOf('protocol::rest');

/** What a caller is told of an error that nobody foresaw. */
const BRIEF = 'internal server error; the log of the server says more';

/** The answer to anything thrown: one sentence, the status of its code. What nobody foresaw is logged in full. */
export function errorAnswer(thrown: unknown): Answer {
  const error = ServingError.from(thrown);
  if (!(thrown instanceof ServingError)) {
    log.error(`unforeseen error: ${error.message}`, { stack: thrown instanceof Error ? thrown.stack : null });
  }
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (error.retryAfterSeconds !== null) headers['retry-after'] = String(error.retryAfterSeconds);
  const brief = thrown instanceof ServingError ? error : new ServingError('INTERNAL', BRIEF);
  return { status: HTTP_STATUS[error.code], headers, body: encodeErrorBody(brief) };
}
