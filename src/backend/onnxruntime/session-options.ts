import type { InferenceSession } from 'onnxruntime-node';
import type { LoadOptions } from '#backend/options.js';
import { CPU, type Provider } from './providers.js';

/**
 * What ONNX Runtime is told. Idle threads sleep instead of spinning: spinning burns whole cores between requests that
 * other instances need. What the configuration says of `session_config` has the last word.
 */
export function sessionOptions(
  { threads, onnxruntime: wished }: LoadOptions,
  providers: readonly Provider[],
): InferenceSession.SessionOptions {
  return {
    executionProviders: providers.map(({ name, deviceId }) =>
      name === CPU.name ? { name } : { name, deviceId },
    ),
    intraOpNumThreads: threads,
    interOpNumThreads: wished.inter_op_num_threads ?? 1,
    ...(wished.graph_optimization_level && { graphOptimizationLevel: wished.graph_optimization_level }),
    ...(wished.execution_mode && { executionMode: wished.execution_mode }),
    ...(wished.enable_cpu_mem_arena !== undefined && { enableCpuMemArena: wished.enable_cpu_mem_arena }),
    ...(wished.enable_mem_pattern !== undefined && { enableMemPattern: wished.enable_mem_pattern }),
    extra: {
      'session.intra_op.allow_spinning': '0',
      'session.inter_op.allow_spinning': '0',
      ...wished.session_config,
    },
  };
}
