import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ModelStatistics, Total } from '#inference/statistics.js';
import type { RpcMethod } from '#protocol/exchange.js';
import type { Serving } from '#serving/serving.js';
import { GRPCInferenceService, type ModelStatisticsSchema } from './gen/open_inference_grpc_pb.js';
import { unary } from './methods.js';

/** What the models have done since they were loaded. */
export function statisticsMethods(serving: Serving): readonly RpcMethod[] {
  return [
    unary(
      GRPCInferenceService.method.modelStatistics,
      { category: 'statistics', model: 'none' },
      ({ name, version }, { access }) => {
        const ref = name === '' ? null : { name, version: version === '' ? null : version };
        if (ref !== null) access?.checkModel(name);
        const seen = serving.statistics(ref).filter((counts) => access?.sees(counts.name) ?? true);
        return { modelStats: seen.map(modelStats) };
      },
    ),
  ];
}

function modelStats(counts: ModelStatistics): MessageInitShape<typeof ModelStatisticsSchema> {
  return {
    name: counts.name,
    version: counts.version,
    lastInference: BigInt(Math.floor(counts.lastInferenceMs)),
    inferenceCount: BigInt(counts.inferenceCount),
    executionCount: BigInt(counts.executionCount),
    inferenceStats: {
      success: duration(counts.success),
      fail: duration(counts.fail),
      queue: duration(counts.queue),
      computeInput: duration(counts.computeInput),
      computeInfer: duration(counts.computeInfer),
      computeOutput: duration(counts.computeOutput),
      cacheHit: duration(counts.cacheHit),
      cacheMiss: duration(counts.cacheMiss),
    },
    batchStats: counts.batches.map(({ rows, computeInput, computeInfer, computeOutput }) => ({
      batchSize: BigInt(rows),
      computeInput: duration(computeInput),
      computeInfer: duration(computeInfer),
      computeOutput: duration(computeOutput),
    })),
    memoryUsage: counts.memory.map(({ type, id, bytes }) => ({
      type,
      id: BigInt(id),
      byteSize: BigInt(bytes),
    })),
  };
}

function duration({ count, ns }: Total): { count: bigint; ns: bigint } {
  return { count: BigInt(count), ns: BigInt(ns) };
}
