import { Buffer } from 'node:buffer';
import {
  type BatchStatistics,
  FAILURE_REASONS,
  type MemoryUse,
  type ModelStatistics,
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
    summary,
    answers: { 200: { description: 'The statistics.', content: jsonContent(STATISTICS) } },
    errors: [],
  });
  return [
    get('/v2/models/stats', operation('statistics', 'What every ready model has done'), () =>
      ok(encodeStatistics(serving.statistics(null))),
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
  };
}

function batchStats({ rows, computeInput, computeInfer, computeOutput }: BatchStatistics): object {
  return {
    batch_size: rows,
    compute_input: computeInput,
    compute_infer: computeInfer,
    compute_output: computeOutput,
  };
}

const TOTAL: JsonSchema = {
  title: 'Total',
  ...objectSchema({ count: COUNT, ns: { ...COUNT, description: 'Nanoseconds.' } }),
  description: 'How often, and how long all of it took together.',
};

const COMPUTE = { compute_input: TOTAL, compute_infer: TOTAL, compute_output: TOTAL };

const STATISTICS: JsonSchema = {
  title: 'Statistics',
  ...objectSchema({
    model_stats: {
      type: 'array',
      items: {
        title: 'ModelStatistics',
        ...objectSchema({
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
          failure_reasons: {
            ...objectSchema(Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, COUNT]))),
            description:
              'How many of those that failed were refused, were cancelled, failed in the engine, or else.',
          },
          response_stats: { type: 'object' },
          batch_stats: { type: 'array', items: objectSchema({ batch_size: COUNT, ...COMPUTE }) },
          memory_usage: {
            type: 'array',
            items: objectSchema({
              type: {
                type: 'string',
                enum: ['CPU', 'CPU_PINNED', 'GPU'] satisfies MemoryUse['type'][],
              },
              id: { ...COUNT, description: 'The number of the device.' },
              byte_size: COUNT,
            }),
            description: 'About what its instances held when they had been loaded.',
          },
        }),
      },
    },
  }),
};
