import {
  type BatchingOptions,
  type OfferedQueue,
  PLAIN_BATCHING,
  PLAIN_QUEUE,
  type RateLimitOptions,
} from '#lifecycle/offer.js';
import type { At } from './collections.js';
import { type DynamicBatching, dynamicBatching } from './dynamic-batching.js';
import { type EnsembleScheduling, ensembleScheduling } from './ensemble-scheduling.js';
import { checkWarmup, modelWarmup, type WarmupEntry } from './model-warmup.js';
import type { Place } from './problem.js';
import { rateLimit } from './rate-limit.js';
import type { Report } from './report.js';
import { responseCache } from './response-cache.js';
import { integer } from './scalars.js';
import { type Key, optional } from './schema.js';
import { type SequenceBatching, sequenceBatching } from './sequence-batching.js';
import { queueSize, rowCount } from './values.js';

/** How the requests of a model are put together, bounded and answered. */
export interface Scheduling {
  readonly batching: BatchingOptions;
  readonly queue: OfferedQueue;
  readonly sequence: SequenceBatching | null;
  readonly ensemble: EnsembleScheduling | null;
  readonly warmup: readonly WarmupEntry[] | null;
  readonly isCached: boolean;
  readonly rateLimit: RateLimitOptions | null;
}

/** What a model gets that says nothing of it. */
export const PLAIN_SCHEDULING: Scheduling = {
  batching: PLAIN_BATCHING,
  queue: { ...PLAIN_QUEUE, maxSize: null },
  sequence: null,
  ensemble: null,
  warmup: null,
  isCached: false,
  rateLimit: null,
};

interface SchedulingValues {
  readonly dynamic_batching: DynamicBatching | null;
  readonly max_queue_size: number | null;
  readonly max_queue_rows: number | null;
  readonly max_queue_bytes: number | null;
  readonly sequence_batching: SequenceBatching | null;
  readonly ensemble_scheduling: EnsembleScheduling | null;
  readonly model_warmup: readonly WarmupEntry[] | null;
  readonly response_cache: boolean | null;
  readonly rate_limit: RateLimitOptions | null;
}

type SchedulingKeys = { readonly [N in keyof SchedulingValues]: Key<SchedulingValues[N]> };

/** The keys of a model about scheduling, as Triton calls them; ours are the bounds of the queue and the rate. */
export const schedulingKeys: SchedulingKeys = {
  dynamic_batching: optional(
    dynamicBatching,
    'How requests are put together into batches; `false`: each runs alone.',
    'true where the model has an axis for batches',
  ),
  max_queue_size: optional(queueSize, 'Requests that may wait; more are refused with 503.', "the server's"),
  max_queue_rows: optional(rowCount, 'Rows that may wait.', 'without a bound of their own'),
  max_queue_bytes: optional(
    integer(1, Number.MAX_SAFE_INTEGER),
    'Bytes of inputs that may wait.',
    'without a bound of their own',
  ),
  sequence_batching: optional(
    sequenceBatching,
    'How requests that belong together are served one after the other.',
  ),
  ensemble_scheduling: optional(
    ensembleScheduling,
    'The models that this one is made of; it has no file, and needs `inputs` and `outputs` with datatype and shape.',
  ),
  model_warmup: optional(
    modelWarmup,
    'What every copy runs before it is ready; `[]` for nothing.',
    'the server chooses',
  ),
  response_cache: optional(responseCache, 'Whether answers are kept.'),
  rate_limit: optional(rateLimit, 'How many requests the model takes in a time.', 'without a bound'),
};

/** The keys that are held against others. */
type ComparedKeys = Pick<
  SchedulingKeys,
  'dynamic_batching' | 'sequence_batching' | 'ensemble_scheduling' | 'response_cache'
>;

/** Joins the keys, and reports where they contradict each other or `maxBatchSize`, the entry's own or null. */
export function schedulingOf(
  values: SchedulingValues,
  maxBatchSize: number | null,
  at: At<ComparedKeys>,
  report: Report,
): Scheduling {
  const { dynamic_batching: dynamic, sequence_batching: sequence, model_warmup: warmup } = values;
  const ensemble = values.ensemble_scheduling;
  reportRivals(values, at, report);
  if (dynamic !== null) checkBatchSizes(dynamic, maxBatchSize, report);
  if (sequence?.options.strategy.kind === 'oldest') {
    const { preferredRows } = sequence.options.strategy;
    reportTooLarge(preferredRows, sequence.preferredPlace, maxBatchSize, report);
  }
  if (warmup !== null) checkWarmup(warmup, maxBatchSize, report);
  if (values.response_cache && sequence !== null) {
    report.problem(
      at('response_cache'),
      'answers within a sequence depend on earlier requests and cannot be kept',
    );
  }
  return {
    batching: dynamic?.batching ?? { ...PLAIN_BATCHING, isAssumed: maxBatchSize === null },
    queue: {
      ...PLAIN_QUEUE,
      ...dynamic?.queue,
      maxSize: values.max_queue_size,
      maxRows: values.max_queue_rows,
      maxBytes: values.max_queue_bytes,
    },
    sequence,
    ensemble,
    warmup,
    isCached: values.response_cache ?? false,
    rateLimit: values.rate_limit,
  };
}

/** Triton's `scheduling_choice`: one of the three. */
function reportRivals(
  { dynamic_batching: dynamic, sequence_batching, ensemble_scheduling }: SchedulingValues,
  at: At<ComparedKeys>,
  report: Report,
): void {
  const chosen = [
    ...(dynamic?.batching.isOn ? (['dynamic_batching'] as const) : []),
    ...(sequence_batching ? (['sequence_batching'] as const) : []),
    ...(ensemble_scheduling ? (['ensemble_scheduling'] as const) : []),
  ];
  const [first, ...others] = chosen;
  for (const other of others)
    report.problem(at(other), `it cannot be used with ${first}; expected one of them`);
}

function checkBatchSizes(
  { batching, place, preferredPlace, allowedPlace }: DynamicBatching,
  maxBatchSize: number | null,
  report: Report,
): void {
  if (maxBatchSize === null || !batching.isOn) return;
  if (maxBatchSize === 0) {
    report.problem(place, 'max_batch_size is 0, which means that the model has no axis for batches');
    return;
  }
  reportTooLarge(batching.preferredRows, preferredPlace, maxBatchSize, report);
  reportTooLarge(batching.allowedRows, allowedPlace, maxBatchSize, report);
  const largest = Math.max(...batching.allowedRows);
  if (batching.allowedRows.length > 0 && largest < maxBatchSize) {
    report.problem(
      allowedPlace,
      `the largest is ${largest}; expected max_batch_size, which is ${maxBatchSize}`,
    );
  }
}

function reportTooLarge(
  sizes: readonly number[],
  place: Place,
  maxBatchSize: number | null,
  report: Report,
): void {
  if (maxBatchSize === null) return;
  for (const size of sizes.filter((size) => size > maxBatchSize)) {
    report.problem(place, `${size} is more than max_batch_size, which is ${maxBatchSize}`);
  }
}
