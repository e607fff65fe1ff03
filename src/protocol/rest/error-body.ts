import { Buffer } from 'node:buffer';
import type { ServingError } from '#core/errors.js';

/** The body of every answer that is an error: `{"error": "<one sentence>"}`, without spaces. */
export function encodeErrorBody(error: ServingError): Buffer {
  return Buffer.from(JSON.stringify({ error: error.message }));
}
