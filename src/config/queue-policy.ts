import { PLAIN_POLICY, type QueuePolicy } from '#lifecycle/offer.js';
import { mapping } from './collections.js';
import { keyPlace, quoted } from './node.js';
import type { Place } from './problem.js';
import { boolean, choice, integer } from './scalars.js';
import { mismatch, optional, type Schema } from './schema.js';
import { microseconds } from './values.js';

/** Triton's own bound is that of uint64; nobody tells more levels apart. */
export const MAX_PRIORITY = 1_000_000;

const keys = {
  timeout_action: optional(
    choice(['REJECT', 'DELAY']),
    'What becomes of a request that has waited too long: refused, or served after all others of their priority.',
    'REJECT',
  ),
  default_timeout_microseconds: optional(
    microseconds,
    'How long a request may wait that does not say it itself; 0: without a bound.',
    '0',
  ),
  allow_timeout_override: optional(
    boolean,
    'Whether a request may say how long it waits.',
    'false where a policy is written, else true',
  ),
  max_queue_size: optional(
    integer(0, 2 ** 31 - 1),
    'Requests that may wait by this policy; 0: as many as the queue of the model holds.',
    '0',
  ),
};

/** Triton's ModelQueuePolicy, and its defaults for what one leaves out. */
export const queuePolicy: Schema<QueuePolicy> = mapping(
  'a mapping of a queue policy',
  keys,
  ({ timeout_action, default_timeout_microseconds, allow_timeout_override, max_queue_size }) => ({
    timeoutAction: timeout_action === 'DELAY' ? 'delay' : 'reject',
    // 0 is Triton's word for no bound.
    defaultTimeoutMs: default_timeout_microseconds ? default_timeout_microseconds / 1000 : null,
    allowTimeoutOverride: allow_timeout_override ?? false,
    maxSize: max_queue_size || PLAIN_POLICY.maxSize,
  }),
);

/** The policy of one priority. */
export interface LevelPolicy {
  readonly level: number;
  readonly place: Place;
  readonly policy: QueuePolicy;
}

const LEVELS_TYPE = 'a mapping of priority levels to queue policies';

/** Triton's `priority_queue_policy`. */
export const levelPolicies: Schema<readonly LevelPolicy[]> = {
  type: LEVELS_TYPE,
  read({ node, place }, report) {
    if (node.kind !== 'map') return mismatch(LEVELS_TYPE, { node, place }, report);
    const policies: LevelPolicy[] = [];
    for (const [key, entry] of node.entries) {
      const keyAt = keyPlace(place, key, entry.key);
      const policy = queuePolicy.read(
        { node: entry.value, place: keyPlace(place, key, entry.value) },
        report,
      );
      if (!/^[1-9]\d{0,6}$/.test(key)) {
        report.problem(
          keyAt,
          `expected a priority level, an integer from 1 to ${MAX_PRIORITY}, found ${quoted(key)}`,
        );
      } else if (policy !== undefined) {
        policies.push({ level: Number(key), place: keyAt, policy });
      }
    }
    return policies.length === node.entries.size ? policies : undefined;
  },
};
