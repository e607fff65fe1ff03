import { CachedSubmitter } from '#cache/cached-submitter.js';
import type { ResponseStore } from '#cache/store.js';
import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import type { Placement } from '#device/placement.js';
import type { Deployment } from '#inference/deployment.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { CoreShares } from '#scheduler/core-shares.js';
import { RateLimitedSubmitter } from '#scheduler/rate-limited-submitter.js';
import { Scheduler } from '#scheduler/scheduler.js';
import type { Job, Submitter, TaskResult } from '#scheduler/task.js';
import { type BatchRules, batchRulesOf } from './batch-rules.js';
import { Counters, type Counts } from './counters.js';
import type { OfferedVersion } from './offer.js';
import { type Port, type Signature, signatureOf, tensorsOf } from './signature.js';

/** A version that can serve. */
export interface OpenVersion {
  readonly metadata: ModelMetadata;
  readonly signature: Signature;
  /** The most rows of a request; 0 where there is no batch axis. */
  readonly maxRequestRows: number;
  readonly deployment: Deployment;
  /** Runs the model. Names are the engine's. Rejects with ServingError. */
  submit(job: Job, call: Call): Promise<TaskResult>;
  /** What has been done since it was opened. */
  readonly counts: Counts;
  /** Where its instances are, for people: `npu:0:0`. */
  readonly devices: readonly string[];
  /** Answers what was accepted, then gives the engine's memory and the devices back. */
  close(): Promise<void>;
}

/** Where a version's answers are kept. */
export interface VersionCache {
  readonly store: ResponseStore;
  /** Of the model's files and of how they are run: an answer is found only under the same one. */
  readonly fingerprint: string;
}

/** What a version finds where it is opened. */
export interface VersionHost {
  readonly clock: Clock;
  /** Requests that may wait where the offer does not say it. */
  readonly maxQueueSize: number;
  /** Of this host, shared by all versions. */
  readonly cores: CoreShares;
  /** Null where every request is run. */
  readonly cache: VersionCache | null;
}

/**
 * Joins a placement and its offer: the public signature, the metadata, a scheduler over the instances. Closes the
 * placement again when the configuration contradicts the file.
 */
export async function openVersion(
  offer: OfferedVersion,
  placement: Placement,
  { clock, maxQueueSize, cores, cache }: VersionHost,
  onLost: (reason: string) => void,
): Promise<OpenVersion> {
  const dialect = offer.platform === 'npu' ? 'furiosa' : 'v2';
  let rules: BatchRules;
  try {
    const named = signatureOf(placement.model, { dialect, inputs: offer.inputs, outputs: offer.outputs });
    rules = batchRulesOf(named, offer.maxBatchSize, offer.batching);
  } catch (thrown) {
    await placement.close();
    throw thrown;
  }
  const { signature, maxRows, allowedRows, maxRequestRows, layout } = rules;
  const counters = new Counters();
  const scheduler = new Scheduler({
    options: {
      batching: { ...offer.batching, maxRows, allowedRows },
      queue: { ...offer.queue, maxSize: offer.queue.maxSize ?? maxQueueSize },
    },
    layout,
    clock,
    label: `${offer.name}/${offer.version}`,
    cores,
    onRun: (report) => counters.executed(report),
  });
  const submitter = behindCacheAndLimit(scheduler, offer, cache, clock);
  for (const instance of placement.instances) scheduler.add(instance, onLost);
  return {
    metadata: {
      name: offer.name,
      version: offer.version,
      platform: offer.platform === 'npu' ? 'npu' : placement.model.platform,
      dialect,
      ...tensorsOf(signature),
      maxBatchSize: maxRows,
      properties: { ...propertiesOf(offer, placement), ...descriptionsOf(signature) },
    },
    signature,
    maxRequestRows,
    deployment: deploymentOf(offer, placement),
    submit: (job, call) => counted(() => submitter.submit(job, call), job.rows, counters, clock),
    get counts() {
      return counters.counts;
    },
    devices: placement.devices.map((device) => device.name),
    close: async () => {
      await scheduler.stop();
      await placement.close();
    },
  };
}

/** A kept answer is free: only what must be run counts for the rate limit, before it waits. */
function behindCacheAndLimit(
  scheduler: Submitter,
  { name, version, rateLimit }: OfferedVersion,
  cache: VersionCache | null,
  clock: Clock,
): Submitter {
  const limited = rateLimit === null ? scheduler : new RateLimitedSubmitter(scheduler, rateLimit, clock);
  if (cache === null) return limited;
  const { store, fingerprint } = cache;
  return new CachedSubmitter(limited, store, { name, version, fingerprint }, clock);
}

/** Counts what comes of a run. */
async function counted(
  run: () => Promise<TaskResult>,
  rows: number,
  counters: Counters,
  clock: Clock,
): Promise<TaskResult> {
  const from = clock.now();
  const sinceNs = (): number => (clock.now() - from) * 1e6;
  try {
    const result = await run();
    const { timings, isCached = false, lookupNs } = result;
    if (isCached) counters.answeredFromCache(sinceNs(), lookupNs ?? 0);
    else {
      counters.succeeded(rows, sinceNs(), timings, clock.epochMs());
      if (lookupNs !== undefined) counters.missedCache(lookupNs);
    }
    return result;
  } catch (thrown) {
    counters.failed(sinceNs());
    throw thrown;
  }
}

/** V2's metadata has no place beside a tensor for what the configuration says of it. */
function descriptionsOf({ inputs, outputs }: Signature): Record<string, string> {
  const entries = (kind: string, ports: readonly Port[]): [string, string][] =>
    ports.flatMap(({ spec: { name, description } }) =>
      description === undefined ? [] : [[`${kind}.${name}.description`, description]],
    );
  return Object.fromEntries([...entries('input', inputs), ...entries('output', outputs)]);
}

function deploymentOf(offer: OfferedVersion, { model, devices, instances }: Placement): Deployment {
  return {
    fileName: fileNameOf(offer.path),
    platform: model.platform,
    places: devices.map(({ name, kind, simulated }) => ({
      device: name,
      kind,
      simulated,
      instances: instances.length / devices.length,
    })),
  };
}

function fileNameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

function propertiesOf(offer: OfferedVersion, placement: Placement): Record<string, string> {
  const { facts } = placement.model;
  const devices = placement.devices.map((device) =>
    device.simulated ? `${device.name} (software)` : device.name,
  );
  return {
    ...(offer.description === null ? {} : { description: offer.description }),
    engine: facts.engine,
    device: devices.join(','),
    instances: String(placement.instances.length),
    threads_per_instance: String(facts.threads),
  };
}
