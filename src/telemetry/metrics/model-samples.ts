import { RESTART_REASONS } from '#inference/restarts.js';
import { FAILURE_REASONS } from '#inference/statistics.js';
import type { LoadedFigures, VersionFigures, VersionWork } from '#inference/version-figures.js';
import { batchBuckets, latencyBuckets, PHASE_BOUNDS_SECONDS, REQUEST_BOUNDS_SECONDS } from './buckets.js';
import type { Labels, Samples } from './samples.js';

/** What every version has done and is, by Triton's names and by ours. */
export function addModelSamples(samples: Samples, versions: readonly VersionFigures[]): void {
  for (const figures of versions) {
    const { name, version, work, isReady, isWanted, loaded } = figures;
    const labels = { model: name, version };
    addTotals(samples, labels, work);
    addHistograms(samples, labels, work);
    addLifecycle(samples, labels, work);
    if (isReady || isWanted) samples.add('furiosa_model_ready', isReady ? 1 : 0, labels);
    if (loaded !== null) addLoaded(samples, labels, loaded, work);
  }
}

function addTotals(samples: Samples, labels: Labels, { counts }: VersionWork): void {
  const { success, queue, computeInput, computeInfer, computeOutput } = counts;
  samples.add('nv_inference_request_success', success.count, labels);
  for (const reason of FAILURE_REASONS)
    samples.add('nv_inference_request_failure', counts.failureReasons[reason], { ...labels, reason });
  samples.add('nv_inference_count', counts.inferenceCount, labels);
  samples.add('nv_inference_exec_count', counts.executionCount, labels);
  samples.add('nv_inference_request_duration_us', microseconds(success.ns), labels);
  samples.add('nv_inference_queue_duration_us', microseconds(queue.ns), labels);
  samples.add('nv_inference_compute_input_duration_us', microseconds(computeInput.ns), labels);
  samples.add('nv_inference_compute_infer_duration_us', microseconds(computeInfer.ns), labels);
  samples.add('nv_inference_compute_output_duration_us', microseconds(computeOutput.ns), labels);
  const busyNs = counts.batches.reduce((sum, batch) => sum + batch.computeInfer.ns, 0);
  samples.add('furiosa_instance_busy_seconds_total', busyNs / 1e9, labels);
}

function addHistograms(
  samples: Samples,
  labels: Labels,
  { counts: { latency, batches } }: VersionWork,
): void {
  const { request, queue, computeInput, computeInfer, computeOutput } = latency;
  const whole = latencyBuckets(request, REQUEST_BOUNDS_SECONDS);
  samples.addHistogram('furiosa_model_request_duration_seconds', whole, labels);
  const phases = {
    queue,
    compute_input: computeInput,
    compute_infer: computeInfer,
    compute_output: computeOutput,
  };
  for (const [phase, counted] of Object.entries(phases)) {
    const buckets = latencyBuckets(counted, PHASE_BOUNDS_SECONDS);
    samples.addHistogram('furiosa_model_phase_duration_seconds', buckets, { ...labels, phase });
  }
  samples.addHistogram('furiosa_batch_rows', batchBuckets(batches), labels);
}

function addLifecycle(samples: Samples, labels: Labels, work: VersionWork): void {
  samples.add('furiosa_model_loads_total', work.loads, { ...labels, outcome: 'success' });
  samples.add('furiosa_model_loads_total', work.failedLoads, { ...labels, outcome: 'failure' });
  samples.add('furiosa_engine_thread_deaths_total', work.threadDeaths, labels);
  for (const reason of RESTART_REASONS)
    samples.add('furiosa_instance_restarts_total', work.restarts[reason], { ...labels, reason });
  if (work.shadow === null) return;
  const { equal, different, failed, unanswered, skipped } = work.shadow;
  for (const [outcome, count] of Object.entries({ equal, different, failed, unanswered, skipped }))
    samples.add('furiosa_shadow_requests_total', count, { ...labels, outcome });
}

function addLoaded(samples: Samples, labels: Labels, loaded: LoadedFigures, { counts }: VersionWork): void {
  const { waiting, loadMs, places, memory, isCached } = loaded;
  samples.add('nv_inference_pending_request_count', waiting.requests, labels);
  samples.add('furiosa_queue_oldest_age_seconds', waiting.oldestMs / 1000, labels);
  samples.add('nv_model_load_duration_secs', loadMs / 1000, labels);
  for (const { device, instances } of places)
    samples.add('furiosa_model_instances', instances, { ...labels, device });
  for (const [type, bytes] of bytesByType(memory))
    samples.add('furiosa_model_memory_bytes', bytes, { ...labels, type });
  if (!isCached) return;
  samples.add('nv_cache_num_hits_per_model', counts.cacheHit.count, labels);
  samples.add('nv_cache_num_misses_per_model', counts.cacheMiss.count, labels);
  samples.add('nv_cache_hit_duration_per_model', microseconds(counts.cacheHit.ns), labels);
  samples.add('nv_cache_miss_duration_per_model', microseconds(counts.cacheMiss.ns), labels);
}

/** On all devices of a type together. */
function bytesByType(memory: LoadedFigures['memory']): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { type, bytes } of memory) sums.set(type, (sums.get(type) ?? 0) + bytes);
  return sums;
}

function microseconds(ns: number): number {
  return Math.round(ns / 1000);
}
