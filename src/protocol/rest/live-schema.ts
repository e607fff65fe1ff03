import { type JsonSchema, objectSchema } from './definition.js';
import { DEVICE } from './device-schema.js';
import { liveModelSchema } from './encode-models.js';
import { BATCHES, COMPUTE, FAILURES, TOTAL } from './statistics.js';
import { COUNT } from './tensor-schema.js';

const TEXT: JsonSchema = { type: 'string' };
const MILLISECONDS: JsonSchema = { type: 'integer', description: 'Milliseconds since 1970.' };
const DURATION: JsonSchema = { ...COUNT, description: 'Milliseconds.' };

const LATENCY_COUNTS: JsonSchema = {
  title: 'LatencyCounts',
  ...objectSchema({ counts: { type: 'array', items: COUNT }, sum_ns: COUNT }),
  description:
    'How many took how long: one count for each of `latency_bounds_ms`, and one for those that took longer.',
};

const STATS: JsonSchema = {
  title: 'LiveStatistics',
  ...objectSchema({
    success: TOTAL,
    fail: TOTAL,
    failure_reasons: FAILURES,
    queue: TOTAL,
    ...COMPUTE,
    cache_hit: TOTAL,
    inference_count: COUNT,
    execution_count: COUNT,
    batch_stats: BATCHES,
    latency: objectSchema({
      request: LATENCY_COUNTS,
      queue: LATENCY_COUNTS,
      compute_input: LATENCY_COUNTS,
      compute_infer: LATENCY_COUNTS,
      compute_output: LATENCY_COUNTS,
    }),
    waiting: objectSchema({ requests: COUNT, oldest_ms: DURATION }),
    recent_failures: {
      type: 'array',
      items: objectSchema({ at_ms: MILLISECONDS, reason: TEXT, message: TEXT }),
    },
  }),
};

const SERVER: JsonSchema = {
  title: 'LiveServer',
  ...objectSchema({
    name: TEXT,
    version: TEXT,
    ready: { type: 'boolean' },
    uptime_ms: DURATION,
    cpu_ms: { ...DURATION, description: 'Milliseconds of all cores together.' },
    main_busy_ms: { ...DURATION, description: 'Milliseconds for which the main thread had something to do.' },
    resident_bytes: COUNT,
  }),
};

const MODEL = liveModelSchema({
  stats: {
    oneOf: [STATS, { type: 'null' }],
    description: 'Counted since the version was loaded; null where it is not.',
  },
});

const FIELDS: Readonly<Record<string, JsonSchema>> = {
  at_ms: MILLISECONDS,
  is_whole: { type: 'boolean', description: 'Whether everything is told, and not only what has changed.' },
  latency_bounds_ms: {
    type: 'array',
    items: { type: 'number' },
    description: 'Upper bounds of all latencies; only where everything is told.',
  },
  server: SERVER,
  models: { type: 'array', items: MODEL },
  gone_models: { type: 'array', items: TEXT, description: 'Names of models that are not there any more.' },
  devices: { type: 'array', items: DEVICE, description: 'All of them, where anything about them changed.' },
};

/** The JSON of one event of `/v2/live`. */
export const LIVE_FRAME: JsonSchema = {
  title: 'LiveFrame',
  ...objectSchema(FIELDS, ['at_ms', 'is_whole', 'server', 'models', 'gone_models']),
};
