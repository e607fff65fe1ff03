import type { Operation } from './operation.js';

/** The header of whatever runs a model. A route that says it takes it has it read by the listener. */
export const REQUEST_TIMEOUT: NonNullable<Operation['headers']> = {
  'X-Request-Timeout': {
    type: 'string',
    pattern: '^[0-9]+(\\.[0-9]+)?(us|ms|s|m)?$',
    description:
      'How long the answer is of use, from when the head of the request was read: seconds, or a number with a unit, as in `1500ms`. Above 0. Then it is 504.',
  },
};
