import { Buffer } from 'node:buffer';
import type { ServingError } from '#core/errors.js';
import { type JsonSchema, objectSchema } from './definition.js';

/** The body of every answer that is an error: `{"error": "<one sentence>"}`, without spaces. */
export function encodeErrorBody(error: ServingError): Buffer {
  return Buffer.from(JSON.stringify({ error: error.message }));
}

export const ERROR_BODY: JsonSchema = {
  title: 'Error',
  ...objectSchema({
    error: { type: 'string', description: 'What was wrong and what was expected, in one sentence.' },
  }),
};
