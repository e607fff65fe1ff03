import { Buffer } from 'node:buffer';
import {
  type BatchStatistics,
  FAILURE_REASONS,
  type MemoryUse,
  type ModelStatistics,
  type ShadowStatistics,
} from '#inference/statistics.js';
import type { Serving } from '#serving/serving.js';
import { type JsonSchema, objectSchema } from './definition.js';
import { jsonContent, type Operation, type RestRoute } from './operation.js';
import { get, modelRef, ofModel, ok } from './route.js';
import { COUNT } from './tensor-schema.js';

/** What the models have done since they were loaded. */
export function statisticsRoutes(serving: Serving): readonly RestRoute[] {
  const operation = (id: string, summary: string): Operation => ({
    id,
    tag: 'statistics',
    category: 'statistics',
    summary,
    answers: { 200: { description: 'The statistics.', content: jsonContent(STATISTICS) } },
    errors: [],
  });
  return [
    get('/v2/models/stats', operation('statistics', 'What every ready model has done'), ({ call }) =>
      ok(encodeStatistics(serving.statistics(null).filter(({ name }) => call.access?.sees(name) ?? true))),
    ),
    ...ofModel(
      get,
      '/stats',
      {
        ...operation('modelStatistics', 'What a model has done'),
        errors: ['NOT_FOUND', 'UNAVAILABLE'],
      },
      (exchange) => ok(encodeStatistics(serving.statistics(modelRef(exchange)))),
    ),
  ];
}

/** As Triton prints it. */
function encodeStatistics(statistics: readonly ModelStatistics[]): Buffer {
  return Buffer.from(JSON.stringify({ model_stats: statistics.map(modelStats) }));
}

function modelStats(counts: ModelStatistics): object {
  return {
    name: counts.name,
    version: counts.version,
    last_inference: counts.lastInferenceMs,
    inference_count: counts.inferenceCount,
    execution_count: counts.executionCount,
    inference_stats: {
      success: counts.success,
      fail: counts.fail,
      queue: counts.queue,
      compute_input: counts.computeInput,
      compute_infer: counts.computeInfer,
      compute_output: counts.computeOutput,
      cache_hit: counts.cacheHit,
      cache_miss: counts.cacheMiss,
    },
    failure_reasons: counts.failureReasons,
    response_stats: {},
    batch_stats: counts.batches.map(batchStats),
    memory_usage: counts.memory.map(({ type, id, bytes }) => ({ type, id, byte_size: bytes })),
    ...(counts.shadow && { shadow_stats: shadowStats(counts.shadow) }),
  };
}

/** An addition of ours, of versions that get copies of requests. */
function shadowStats(shadow: ShadowStatistics): object {
  const { sent, failed, unanswered, equal, different, skipped, lastFailure, outputs } = shadow;
  const largest = (part: 'maxAbsolute' | 'maxRelative'): number =>
    Math.max(0, ...outputs.map((output) => output[part]));
  return {
    sent,
    failed,
    unanswered,
    equal,
    different,
    skipped,
    ...(lastFailure === null ? {} : { last_failure: lastFailure }),
    original: shadow.original,
    shadow: shadow.shadow,
    max_absolute_difference: largest('maxAbsolute'),
    max_relative_difference: largest('maxRelative'),
    outputs: outputs.map(({ name, compared, mismatched, unequalElements, maxAbsolute, maxRelative }) => ({
      name,
      compared,
      mismatched,
      unequal_elements: unequalElements,
      max_absolute_difference: maxAbsolute,
      max_relative_difference: maxRelative,
    })),
  };
}

/** The executions of so many rows. */
export function batchStats({ rows, computeInput, computeInfer, computeOutput }: BatchStatistics): object {
  return {
    batch_size: rows,
    compute_input: computeInput,
    compute_infer: computeInfer,
    compute_output: computeOutput,
  };
}

export const TOTAL: JsonSchema = {
  title: 'Total',
  ...objectSchema({ count: COUNT, ns: { ...COUNT, description: 'Nanoseconds.' } }),
  description: 'How often, and how long all of it took together.',
};

export const COMPUTE: Readonly<Record<string, JsonSchema>> = {
  compute_input: TOTAL,
  compute_infer: TOTAL,
  compute_output: TOTAL,
};

const DIFFERENCE: JsonSchema = { type: 'number', minimum: 0 };

const DIFFERENCES = { max_absolute_difference: DIFFERENCE, max_relative_difference: DIFFERENCE };

const SHADOW_STATISTICS: JsonSchema = {
  title: 'ShadowStatistics',
  description: 'What came of the copies of requests that the version got, where it is a shadow.',
  ...objectSchema(
    {
      sent: { ...COUNT, description: 'Each ends as one of the next four.' },
      failed: { ...COUNT, description: 'The shadow did not answer.' },
      unanswered: { ...COUNT, description: 'The version that was asked did not answer.' },
      equal: { ...COUNT, description: 'Both answered the same.' },
      different: { ...COUNT, description: 'Both answered, and not the same.' },
      skipped: { ...COUNT, description: 'Not sent: the shadow was not ready or had too many already.' },
      last_failure: { type: 'string', description: 'Why the last of those failed.' },
      original: TOTAL,
      shadow: TOTAL,
      ...DIFFERENCES,
      outputs: {
        type: 'array',
        items: objectSchema({
          name: { type: 'string' },
          compared: COUNT,
          mismatched: { ...COUNT, description: 'Answers that differ in its datatype or shape, or lack it.' },
          unequal_elements: COUNT,
          ...DIFFERENCES,
        }),
      },
    },
    [
      ...['sent', 'failed', 'unanswered', 'equal', 'different', 'skipped', 'original', 'shadow'],
      ...['max_absolute_difference', 'max_relative_difference', 'outputs'],
    ],
  ),
};

export const FAILURES: JsonSchema = {
  ...objectSchema(Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, COUNT]))),
  description: 'How many of those that failed were refused, were cancelled, failed in the engine, or else.',
};

export const BATCHES: JsonSchema = {
  type: 'array',
  items: objectSchema({ batch_size: COUNT, ...COMPUTE }),
};

const MODEL_STATISTICS: Readonly<Record<string, JsonSchema>> = {
  name: { type: 'string' },
  version: { type: 'string' },
  last_inference: { ...COUNT, description: 'Milliseconds since 1970; 0 where there was none.' },
  inference_count: { ...COUNT, description: 'Rows of the requests that succeeded.' },
  execution_count: { ...COUNT, description: 'Runs of the model.' },
  inference_stats: objectSchema({
    success: TOTAL,
    fail: TOTAL,
    queue: TOTAL,
    ...COMPUTE,
    cache_hit: TOTAL,
    cache_miss: TOTAL,
  }),
  failure_reasons: FAILURES,
  response_stats: { type: 'object' },
  batch_stats: BATCHES,
  memory_usage: {
    type: 'array',
    items: objectSchema({
      type: { type: 'string', enum: ['CPU', 'CPU_PINNED', 'GPU'] satisfies MemoryUse['type'][] },
      id: { ...COUNT, description: 'The number of the device.' },
      byte_size: COUNT,
    }),
    description: 'About what its instances held when they had been loaded.',
  },
  shadow_stats: SHADOW_STATISTICS,
};

const STATISTICS: JsonSchema = {
  title: 'Statistics',
  ...objectSchema({
    model_stats: {
      type: 'array',
      items: {
        title: 'ModelStatistics',
        ...objectSchema(
          MODEL_STATISTICS,
          Object.keys(MODEL_STATISTICS).filter((key) => key !== 'shadow_stats'),
        ),
      },
    },
  }),
};
