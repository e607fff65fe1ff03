import type { Answer } from '#protocol/exchange.js';
import { foreseen } from '#protocol/foreseen.js';
import { encodeErrorBody } from './error-body.js';
import { HTTP_STATUS } from './http-status.js';

/** The answer to anything thrown: one sentence, the status of its code. What nobody foresaw is logged in full. */
export function errorAnswer(thrown: unknown): Answer {
  const error = foreseen(thrown);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (error.retryAfterSeconds !== null) headers['retry-after'] = String(error.retryAfterSeconds);
  // RFC 9110, section 11.6.1: without it, a 401 would not say what is wanted.
  if (error.code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer realm="furiosa-server"';
  return { status: HTTP_STATUS[error.code], headers, body: encodeErrorBody(error) };
}
