import type { Live } from '../../web/live-state.js';
import type { LiveModel, LiveVersion, VersionStats } from '../../web/live-types.js';

export const NOTHING = { count: 0, ns: 0 };

/** Bounds of as many buckets as a test can look at. */
export const BOUNDS_MS: readonly number[] = [1, 2, 5];

/** A version that has done nothing but what is given. */
export function statsOf(
  parts: Partial<VersionStats> = {},
  latency: readonly number[] = [0, 0, 0, 0],
): VersionStats {
  const none = { counts: [0, 0, 0, 0], sum_ns: 0 };
  return {
    success: NOTHING,
    fail: NOTHING,
    failure_reasons: {},
    queue: NOTHING,
    compute_input: NOTHING,
    compute_infer: NOTHING,
    compute_output: NOTHING,
    cache_hit: NOTHING,
    inference_count: 0,
    execution_count: 0,
    batch_stats: [],
    latency: {
      request: { counts: latency, sum_ns: 0 },
      queue: none,
      compute_input: none,
      compute_infer: none,
      compute_output: none,
    },
    waiting: { requests: 0, oldest_ms: 0 },
    recent_failures: [],
    ...parts,
  };
}

/** A version that has answered so many requests. */
export function answered(count: number): VersionStats {
  return statsOf({ success: { count, ns: count }, execution_count: count }, [count, 0, 0, 0]);
}

export function versionOf(version: string, parts: Partial<LiveVersion> = {}): LiveVersion {
  return {
    version,
    state: 'READY',
    reason: '',
    wanted: true,
    platform: 'onnxruntime_onnx',
    devices: ['cpu'],
    instances: 1,
    memory_bytes: 1000,
    inference_count: 0,
    isolation: 'thread',
    restarts: {},
    stats: statsOf(),
    ...parts,
  };
}

export function modelOf(name: string, versions: readonly LiveVersion[]): LiveModel {
  const none = { source: '', fault: null, policy: {}, labels: {}, split: null, shadow: null };
  return { name, ...none, versions };
}

/** What the page knows at a moment of models of one version each. */
export function liveOf(atMs: number, stats: Readonly<Record<string, VersionStats | null>>): Live {
  const models = Object.entries(stats).map(([name, each]) =>
    modelOf(name, [versionOf('1', { stats: each })]),
  );
  return {
    isConnected: true,
    atMs,
    server: null,
    models: new Map(models.map((model) => [model.name, model])),
    devices: [],
    latencyBoundsMs: BOUNDS_MS,
  };
}
