import type { RateLimitOptions } from '#lifecycle/offer.js';
import { mapping } from './collections.js';
import { integer, number } from './scalars.js';
import { optional, required, type Schema } from './schema.js';

const keys = {
  requests_per_second: required(number(0.001, 1_000_000), 'Requests that the model takes; more are refused.'),
  burst: optional(
    integer(1, 1_000_000),
    'Requests that may come at once after a pause.',
    'those of one second, 1 at least',
  ),
};

export const rateLimit: Schema<RateLimitOptions> = mapping(
  'a mapping with the key requests_per_second',
  keys,
  ({ requests_per_second: requestsPerSecond, burst }) => ({
    requestsPerSecond,
    burst: burst ?? Math.max(1, Math.ceil(requestsPerSecond)),
  }),
);
