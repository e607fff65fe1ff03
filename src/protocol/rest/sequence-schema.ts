import type { JsonSchema } from './definition.js';

/** The parameters of a request that say which sequence it belongs to (sequence.ts). */
export const SEQUENCE_PARAMETERS: Readonly<Record<string, JsonSchema>> = {
  sequence_id: {
    type: ['integer', 'string'],
    minimum: 0,
    description: 'The sequence that the request belongs to; none where it is 0 or empty.',
  },
  sequence_start: { type: 'boolean', description: 'Whether the request is the first of its sequence.' },
  sequence_end: { type: 'boolean', description: 'Whether the request is the last of its sequence.' },
};
