import { type BatchingOptions, PLAIN_BATCHING, PLAIN_QUEUE, type QueueOptions } from '#lifecycle/offer.js';
import { type At, mapping, wholeList } from './collections.js';
import type { Place } from './problem.js';
import { levelPolicies, MAX_PRIORITY, queuePolicy } from './queue-policy.js';
import type { Report } from './report.js';
import { boolean, integer, truthOf } from './scalars.js';
import { mismatch, optional, type Schema, type ValuesOf } from './schema.js';
import { microseconds, rowCount } from './values.js';

/** What `dynamic_batching` says, and where, so that it can be held against the rest of the model. */
export interface DynamicBatching {
  readonly batching: BatchingOptions;
  readonly queue: Pick<QueueOptions, 'priorityLevels' | 'defaultPriority' | 'policy' | 'policyOf'>;
  readonly place: Place;
  readonly preferredPlace: Place;
  readonly allowedPlace: Place;
}

const keys = {
  preferred_batch_size: optional(
    wholeList(rowCount),
    'Sizes, in rows, at which a batch is run at once; smaller ones wait for more as long as the delay allows.',
    '[]',
  ),
  preferred_batch_sizes: optional(wholeList(rowCount), 'The same as `preferred_batch_size`.'),
  max_queue_delay_microseconds: optional(
    microseconds,
    'How long a request may wait for others to join it.',
    'as long as it pays, which the server finds out',
  ),
  max_queue_delay_us: optional(microseconds, 'The same as `max_queue_delay_microseconds`.'),
  preserve_ordering: optional(boolean, 'Answers leave in the order in which the requests came.', 'false'),
  priority_levels: optional(
    integer(0, MAX_PRIORITY),
    'Requests have priorities from 1, the most urgent, to this; 0: all are alike.',
    '0',
  ),
  default_priority_level: optional(
    integer(0, MAX_PRIORITY),
    'The priority of a request that says none; **required** where there are levels.',
  ),
  default_queue_policy: optional(queuePolicy, 'How requests wait.'),
  priority_queue_policy: optional(
    levelPolicies,
    'Policies of single priority levels, with the keys of `default_queue_policy`, for instance `{1: {max_queue_size: 8}}`.',
  ),
  enable_large_batch_splitting: optional(
    boolean,
    'A request of more than `max_batch_size` rows is run in parts, not refused.',
    'true',
  ),
  allowed_batch_sizes: optional(
    wholeList(rowCount),
    'The only sizes, in rows, that the model runs at, ascending; smaller batches are padded. The largest is `max_batch_size`.',
    '[], any size',
  ),
  pad_variable_length_inputs: optional(
    boolean,
    'Requests whose variable axes differ run together, padded to the longest.',
    'false',
  ),
};

const block: Schema<DynamicBatching> = mapping('a mapping', keys, build);

const ON: BatchingOptions = { ...PLAIN_BATCHING, isAssumed: false };
const OFF: BatchingOptions = { ...PLAIN_BATCHING, isOn: false };

const TYPE = 'true, false or a mapping of batching options';

/** A mapping, or a boolean: `true` is `{}`. */
export const dynamicBatching: Schema<DynamicBatching> = {
  type: TYPE,
  keys,
  read(spot, report) {
    const { node, place } = spot;
    if (node.kind === 'map') return block.read(spot, report);
    const isOn = node.kind === 'scalar' ? truthOf(node.text) : undefined;
    if (isOn === undefined) return mismatch(TYPE, spot, report);
    const { priorityLevels, defaultPriority, policy, policyOf } = PLAIN_QUEUE;
    return {
      batching: isOn ? ON : OFF,
      queue: { priorityLevels, defaultPriority, policy, policyOf },
      place,
      preferredPlace: place,
      allowedPlace: place,
    };
  },
};

function build(values: ValuesOf<typeof keys>, at: At<typeof keys>, report: Report): DynamicBatching {
  const preferredKey =
    values.preferred_batch_size === null ? 'preferred_batch_sizes' : 'preferred_batch_size';
  const preferred = values.preferred_batch_size ?? values.preferred_batch_sizes ?? [];
  if (values.preferred_batch_size !== null && values.preferred_batch_sizes !== null) {
    reportTwice('preferred_batch_size', 'preferred_batch_sizes', at, report);
  }
  if (values.max_queue_delay_microseconds !== null && values.max_queue_delay_us !== null) {
    reportTwice('max_queue_delay_microseconds', 'max_queue_delay_us', at, report);
  }
  const delayUs = values.max_queue_delay_microseconds ?? values.max_queue_delay_us;
  const allowed = values.allowed_batch_sizes ?? [];
  checkSizes(preferred, at(preferredKey), allowed, at('allowed_batch_sizes'), report);
  return {
    batching: {
      ...ON,
      preferredRows: [...new Set(preferred)].sort((a, b) => a - b),
      maxDelayMs: delayUs === null ? null : delayUs / 1000,
      preserveOrdering: values.preserve_ordering ?? false,
      splitLarge: values.enable_large_batch_splitting ?? true,
      allowedRows: allowed,
      padVariableAxes: values.pad_variable_length_inputs ?? false,
    },
    queue: queueOf(values, at, report),
    place: at(),
    preferredPlace: at(preferredKey),
    allowedPlace: at('allowed_batch_sizes'),
  };
}

function reportTwice(
  name: keyof typeof keys,
  other: keyof typeof keys,
  at: At<typeof keys>,
  report: Report,
): void {
  report.problem(at(other), `${name} and ${other} mean the same; expected one of them`);
}

function checkSizes(
  preferred: readonly number[],
  preferredPlace: Place,
  allowed: readonly number[],
  allowedPlace: Place,
  report: Report,
): void {
  if (allowed.some((size, i) => size <= (allowed[i - 1] ?? 0))) {
    report.problem(
      allowedPlace,
      `expected sizes in ascending order, each once, found [${allowed.join(', ')}]`,
    );
  }
  if (allowed.length === 0) return;
  for (const size of preferred.filter((size) => !allowed.includes(size))) {
    report.problem(
      preferredPlace,
      `${size} is not one of allowed_batch_sizes, which are ${allowed.join(', ')}`,
    );
  }
}

function queueOf(
  values: ValuesOf<typeof keys>,
  at: At<typeof keys>,
  report: Report,
): DynamicBatching['queue'] {
  const levels = values.priority_levels ?? 0;
  const byDefault = values.default_priority_level ?? 0;
  const policies = values.priority_queue_policy ?? [];
  if (levels === 0 && byDefault > 0) {
    report.problem(
      at('default_priority_level'),
      `there is no priority level ${byDefault}: priority_levels is 0`,
    );
  }
  if (levels > 0 && (byDefault === 0 || byDefault > levels)) {
    const found = values.default_priority_level === null ? 'nothing' : byDefault;
    report.problem(
      at('default_priority_level'),
      `expected one of the priority levels, 1 to ${levels}, found ${found}`,
    );
  }
  for (const { level, place } of policies.filter(({ level }) => level > levels)) {
    report.problem(place, `there is no priority level ${level}: priority_levels is ${levels}`);
  }
  return {
    priorityLevels: levels,
    defaultPriority: byDefault,
    policy: values.default_queue_policy ?? PLAIN_QUEUE.policy,
    policyOf: Object.fromEntries(policies.map(({ level, policy }) => [level, policy])),
  };
}
