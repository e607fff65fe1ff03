import type { Call } from '#core/call.js';
import type { WallKind } from '#device/isolation.js';
import type { Placement } from '#device/placement.js';
import type { Deployment } from '#inference/deployment.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { SequenceRef } from '#inference/request.js';
import { addedRestarts, NO_RESTARTS, type Restarts } from '#inference/restarts.js';
import type { MemoryUse, Waiting } from '#inference/statistics.js';
import type { Job, TaskResult } from '#scheduler/task.js';
import { type BatchRules, batchRulesOf } from './batch-rules.js';
import { counted } from './counted.js';
import { Counters, type Counts } from './counters.js';
import type { BatchingOptions, ConfiguredVersion } from './offer.js';
import { openPipeline, type Pipeline, type PipelineHost } from './pipeline.js';
import { publicSignature } from './public-signature.js';
import { reshaping } from './reshaping.js';
import { schedulingOf } from './scheduling-of.js';
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
  /** Whether requests of this sequence have come, and more can follow; left out where it has none. */
  hasSequence?(id: SequenceRef['id']): boolean;
  /** What has been done since it was opened. */
  readonly counts: Counts;
  /** What waits to be run. An ensemble keeps nobody waiting itself; its steps do. */
  readonly waiting: Waiting;
  /** How often the thread of an instance has died. */
  readonly threadDeaths: number;
  /** How often its instances were started again. */
  readonly restarts: Restarts;
  /** What its instances live in; null where it has none. */
  readonly wall: WallKind | null;
  /** Where its instances are, for people: `npu:0:0`. */
  readonly devices: readonly string[];
  /** What its instances hold; empty where it has none. */
  readonly memory: readonly MemoryUse[];
  /** Answers what was accepted, then gives the engine's memory and the devices back. */
  close(): Promise<void>;
}

/**
 * Joins a placement and its offer: the public signature, the metadata, and the way of a job to the instances. Closes the
 * placement again when the configuration contradicts the file.
 */
export async function openVersion(
  offer: ConfiguredVersion,
  placement: Placement,
  host: PipelineHost,
  onLost: (reason: string) => void,
): Promise<OpenVersion> {
  const { clock } = host;
  const dialect = offer.platform === 'npu' ? 'furiosa' : 'v2';
  const counters = new Counters();
  let rules: BatchRules;
  let batching: BatchingOptions;
  let pipeline: Pipeline;
  try {
    const named = signatureOf(placement.model, { dialect, inputs: offer.inputs, outputs: offer.outputs });
    rules = batchRulesOf(named, offer.maxBatchSize, offer.batching);
    batching = await provenBatching(offer, rules, placement);
    pipeline = await openPipeline({ ...offer, batching }, rules, host, {
      runners: placement.instances,
      onRun: (report) => counters.executed(report),
      onLost,
    });
  } catch (thrown) {
    await placement.close();
    throw thrown;
  }
  const { maxRows, maxRequestRows } = rules;
  const way = reshaping(pipeline, rules.signature);
  const signature = publicSignature(rules.signature, offer.sequence);
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
    deployment: deploymentOf({ ...offer, batching }, placement, maxRows),
    submit: (job, call) => counted(() => way.submit(job, call), job.rows, counters, clock),
    hasSequence: (id) => pipeline.hasSequence(id),
    get counts() {
      return counters.counts;
    },
    get waiting() {
      return pipeline.waiting;
    },
    get threadDeaths() {
      return placement.instances.reduce((sum, { threadDeaths }) => sum + threadDeaths, 0);
    },
    get restarts() {
      return placement.instances.reduce((sum, { restarts }) => addedRestarts(sum, restarts), NO_RESTARTS);
    },
    wall: offer.isolation.wall,
    devices: placement.devices.map((device) => device.name),
    memory: placement.memory,
    close: async () => {
      await pipeline.stop();
      await placement.close();
    },
  };
}

/** Batches that nobody asked for are tried out first: what cannot be told from a model's file can be seen. */
async function provenBatching(
  { batching, sequence }: ConfiguredVersion,
  { maxRows }: BatchRules,
  placement: Placement,
): Promise<BatchingOptions> {
  const isInDoubt = batching.isOn && batching.isAssumed && maxRows > 1 && sequence === null;
  if (!isInDoubt || (await placement.proveRows()) !== false) return batching;
  return { ...batching, isOn: false };
}

/** V2's metadata has no place beside a tensor for what the configuration says of it. */
export function descriptionsOf({ inputs, outputs }: Signature): Record<string, string> {
  const entries = (kind: string, ports: readonly Port[]): [string, string][] =>
    ports.flatMap(({ spec: { name, description } }) =>
      description === undefined ? [] : [[`${kind}.${name}.description`, description]],
    );
  return Object.fromEntries([...entries('input', inputs), ...entries('output', outputs)]);
}

function deploymentOf(
  offer: ConfiguredVersion,
  { model, devices, instances }: Placement,
  maxBatchSize: number,
): Deployment {
  return {
    fileName: fileNameOf(offer.path),
    platform: model.platform,
    places: devices.map(({ name, kind, simulated }) => ({
      device: name,
      kind,
      simulated,
      instances: instances.length / devices.length,
    })),
    scheduling: schedulingOf(offer, maxBatchSize),
    warmup: offer.warmup ?? [],
    isCached: offer.isCached,
  };
}

function fileNameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

function propertiesOf(offer: ConfiguredVersion, placement: Placement): Record<string, string> {
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
    // Threads are what everybody expects.
    ...(offer.isolation.wall !== 'thread' && { isolation: offer.isolation.wall }),
  };
}
