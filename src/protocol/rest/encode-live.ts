import { Buffer } from 'node:buffer';
import { LATENCY_BOUNDS_MS, type LatencyCounts } from '#core/histogram.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { LiveState, ModelOverview, ServerInfo } from '#serving/serving.js';
import { modelOverview } from './encode-models.js';
import { batchStats } from './statistics.js';

/** One state of the server as events: what it is, and how it differs from the one before. */
export interface LiveFrame {
  /** One more than that of the frame before. */
  readonly number: number;
  /** JSON of each model by its name. */
  readonly models: ReadonlyMap<string, string>;
  readonly devices: string;
  /** Of the whole state, for those who have not seen the frame before. Written when it is first asked for. */
  readonly whole: Uint8Array;
  /** Of what has changed since the frame before; of the whole state where there was none. */
  readonly changes: Uint8Array;
}

/** The frame of a state. What has not changed since the frame before is kept and not written again. */
export function frameOf(state: LiveState, info: ServerInfo, before: LiveFrame | null): LiveFrame {
  const models = modelTexts(state);
  const devices = JSON.stringify(state.devices);
  let whole: Uint8Array | null = null;
  const writeWhole = (): Uint8Array => {
    whole ??= event(state, info, {
      whole: true,
      models: [...models.values()],
      gone: [],
      devices,
    });
    return whole;
  };
  const changes = before === null ? writeWhole() : event(state, info, changesOf(before, models, devices));
  return {
    number: (before?.number ?? 0) + 1,
    models,
    devices,
    changes,
    get whole() {
      return writeWhole();
    },
  };
}

interface Told {
  readonly whole: boolean;
  readonly models: readonly string[];
  readonly gone: readonly string[];
  /** Null where they are as they were. */
  readonly devices: string | null;
}

function changesOf(before: LiveFrame, models: ReadonlyMap<string, string>, devices: string): Told {
  return {
    whole: false,
    models: [...models].filter(([name, text]) => before.models.get(name) !== text).map(([, text]) => text),
    gone: [...before.models.keys()].filter((name) => !models.has(name)),
    devices: devices === before.devices ? null : devices,
  };
}

/** A server-sent event with the JSON of a frame, of pieces that are JSON already. */
function event(state: LiveState, info: ServerInfo, { whole, models, gone, devices }: Told): Uint8Array {
  const fields = [
    `"at_ms":${state.atMs}`,
    `"is_whole":${whole}`,
    ...(whole ? [`"latency_bounds_ms":${JSON.stringify(LATENCY_BOUNDS_MS)}`] : []),
    `"server":${JSON.stringify(serverOf(state, info))}`,
    `"models":[${models.join()}]`,
    `"gone_models":${JSON.stringify(gone)}`,
    ...(devices === null ? [] : [`"devices":${devices}`]),
  ];
  return Buffer.from(`data: {${fields.join()}}\n\n`);
}

function serverOf({ isReady, process }: LiveState, { name, version }: ServerInfo): object {
  return {
    name,
    version,
    ready: isReady,
    uptime_ms: Math.round(process.uptimeMs),
    cpu_ms: Math.round(process.cpuMs),
    main_busy_ms: Math.round(process.mainBusyMs),
    resident_bytes: process.residentBytes,
  };
}

function modelTexts({ models, statistics }: LiveState): ReadonlyMap<string, string> {
  const byModel = new Map<string, ModelStatistics[]>();
  for (const each of statistics) {
    const known = byModel.get(each.name);
    if (known === undefined) byModel.set(each.name, [each]);
    else known.push(each);
  }
  return new Map(
    models.map((model) => [model.name, JSON.stringify(modelOf(model, byModel.get(model.name) ?? []))]),
  );
}

function modelOf(model: ModelOverview, statistics: readonly ModelStatistics[]): object {
  const told = modelOverview(model);
  return {
    ...told,
    versions: told.versions.map((each) => {
      const counts = statistics.find(({ version }) => version === each.version);
      return { ...each, stats: counts === undefined ? null : statsOf(counts) };
    }),
  };
}

function statsOf(counts: ModelStatistics): object {
  const { latency, waiting } = counts;
  return {
    success: counts.success,
    fail: counts.fail,
    failure_reasons: counts.failureReasons,
    queue: counts.queue,
    compute_input: counts.computeInput,
    compute_infer: counts.computeInfer,
    compute_output: counts.computeOutput,
    cache_hit: counts.cacheHit,
    inference_count: counts.inferenceCount,
    execution_count: counts.executionCount,
    batch_stats: counts.batches.map(batchStats),
    latency: {
      request: latencyOf(latency.request),
      queue: latencyOf(latency.queue),
      compute_input: latencyOf(latency.computeInput),
      compute_infer: latencyOf(latency.computeInfer),
      compute_output: latencyOf(latency.computeOutput),
    },
    waiting: { requests: waiting.requests, oldest_ms: Math.round(waiting.oldestMs) },
    recent_failures: counts.recentFailures.map(({ atMs, reason, message }) => ({
      at_ms: atMs,
      reason,
      message,
    })),
  };
}

function latencyOf({ counts, sumNs }: LatencyCounts): object {
  return { counts, sum_ns: sumNs };
}
