import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import type { Placement } from '#device/placement.js';
import type { Deployment } from '#inference/deployment.js';
import type { ModelMetadata } from '#inference/metadata.js';
import { Scheduler } from '#scheduler/scheduler.js';
import type { Job, TaskResult } from '#scheduler/task.js';
import { maxBatchSizeOf, type Tensors } from './batch-axis.js';
import { Counters, type Counts } from './counters.js';
import type { OfferedVersion } from './offer.js';
import { schedulingOf } from './scheduling-of.js';
import { type Port, type Signature, signatureOf } from './signature.js';

/** A version that can serve. */
export interface OpenVersion {
  readonly metadata: ModelMetadata;
  readonly signature: Signature;
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

/**
 * Joins a placement and its offer: the public signature, the metadata, a scheduler over the instances. Closes the
 * placement again when the configuration contradicts the file.
 *
 * @param maxQueueSize requests that may wait where the offer does not say it
 */
export async function openVersion(
  offer: OfferedVersion,
  placement: Placement,
  maxQueueSize: number,
  clock: Clock,
  onLost: (reason: string) => void,
): Promise<OpenVersion> {
  const dialect = offer.platform === 'npu' ? 'furiosa' : 'v2';
  let signature: Signature;
  let maxBatchSize: number;
  try {
    signature = signatureOf(placement.model, { dialect, inputs: offer.inputs, outputs: offer.outputs });
    maxBatchSize = maxBatchSizeOf(specsOf(signature), offer.maxBatchSize);
  } catch (thrown) {
    await placement.close();
    throw thrown;
  }
  const scheduler = new Scheduler(
    {
      batching: { ...offer.batching, maxRows: maxBatchSize },
      queue: { ...offer.queue, maxSize: offer.queue.maxSize ?? maxQueueSize },
    },
    clock,
  );
  const counters = new Counters();
  for (const instance of placement.instances) scheduler.add(instance, onLost);
  return {
    metadata: {
      name: offer.name,
      version: offer.version,
      platform: offer.platform === 'npu' ? 'npu' : placement.model.platform,
      dialect,
      ...specsOf(signature),
      maxBatchSize,
      properties: { ...propertiesOf(offer, placement), ...descriptionsOf(signature) },
    },
    signature,
    deployment: deploymentOf(offer, placement, maxBatchSize),
    submit: (job, call) => counted(() => scheduler.submit(job, call), job.rows, counters, clock),
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
    counters.succeeded(rows, sinceNs(), result.timings, clock.epochMs());
    return result;
  } catch (thrown) {
    counters.failed(sinceNs());
    throw thrown;
  }
}

function specsOf({ inputs, outputs }: Signature): Tensors {
  return { inputs: inputs.map((port) => port.spec), outputs: outputs.map((port) => port.spec) };
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
  offer: OfferedVersion,
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
