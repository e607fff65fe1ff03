import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock, Timer } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import { formatBytes } from '#core/format-bytes.js';
import { loggerOf } from '#core/log.js';
import type { LoadedModel, ThreadData } from '#worker/messages.js';
import type { CompilerSettings, EngineSettings } from './engine-settings.js';
import { Instance } from './instance.js';
import type { DeviceInventory } from './inventory.js';
import type { DeviceLease, LeasedDevice } from './lease.js';

const log = loggerOf('device::placement');

/** A line of progress is written so often while a model loads. */
const PROGRESS_MS = 5_000;

/** What is to be loaded, and where. */
export interface PlacementRequest {
  /** Who holds the devices, for instance `mnist/1`. */
  readonly holder: string;
  /** For logs and instance names, for instance `Model#0001`. */
  readonly label: string;
  readonly path: string;
  /** A device selector. */
  readonly device: string;
  /** Instances per device; null: the device's own number, else 1. */
  readonly workers: number | null;
  readonly batchSize: number | null;
  readonly allowFallback: boolean;
  readonly compiler: CompilerSettings;
  readonly engine: EngineSettings;
}

/** A loaded model: its instances on their devices. */
export interface Placement {
  readonly model: LoadedModel;
  readonly devices: readonly LeasedDevice[];
  readonly instances: readonly Instance[];
  /** Closes every instance and gives the devices back. Idempotent. */
  close(): Promise<void>;
}

/** Leases devices, opens the instances side by side, and answers when all are ready; else leaves nothing behind. */
export async function place(
  request: PlacementRequest,
  inventory: DeviceInventory,
  clock: Clock,
): Promise<Placement> {
  const lease = await inventory.lease(request.device, request.holder);
  const instances = lease.devices.flatMap((device) => instancesOn(device, request, clock));
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= closeAll(instances, lease);
    return closing;
  };
  try {
    const model = await openAll(instances, lease, request, clock);
    return { model, devices: lease.devices, instances, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function openAll(
  instances: readonly Instance[],
  lease: DeviceLease,
  request: PlacementRequest,
  clock: Clock,
): Promise<LoadedModel> {
  const where = lease.devices.map((device) => device.name).join(',');
  const fields = { model: request.holder, devices: where };
  const hardware = lease.devices.find((device) => device.kind === 'npu' && !device.simulated);
  if (hardware) throw new ServingError('UNAVAILABLE', noDriver(hardware));
  log.info(`${request.label} is being loaded to ${where}`, fields);
  const size = await stat(request.path).then(
    (found) => formatBytes(found.size),
    () => 'unknown',
  );
  const target = lease.devices[0]?.label ?? where;
  log.info(
    `Compiling ${request.label} (target: ${target}, file: ${basename(request.path)}, size: ${size})`,
    fields,
  );
  const startedAt = clock.now();
  const progress = reportProgress(request.label, size, clock);
  try {
    const models = await Promise.all(instances.map((instance) => instance.open())).catch(
      (thrown: unknown) => {
        throw about(request.path, thrown);
      },
    );
    const seconds = (clock.now() - startedAt) / 1000;
    log.info(`${request.label} has been compiled successfully (took ${seconds.toFixed(2)} secs)`, fields);
    const model = models[0];
    if (model === undefined) throw new ServingError('INTERNAL', 'a lease without instances. This is a bug.');
    for (const device of lease.devices) {
      const count = instances.length / lease.devices.length;
      const { engine, provider, threads } = model.facts;
      log.info(
        `Creating ${count} ${count === 1 ? 'Context' : 'Contexts'} on ${device.name} (${engine}, ${provider}, ${threads} ${threads === 1 ? 'thread' : 'threads'} each)`,
        fields,
      );
      log.info(`${device.name} has scheduled to ${request.label}`, fields);
    }
    return model;
  } finally {
    progress.stop();
  }
}

/** Engines do not name their file. Clients hear its name, and not where on this host it lies. */
function about(path: string, thrown: unknown): ServingError {
  const { code, message } = ServingError.from(thrown);
  return new ServingError(code, `${basename(path)}: ${message}`, { cause: thrown });
}

function noDriver(device: LeasedDevice): string {
  return (
    `${device.name} (${device.label}) is there, but this server has no driver binding that could run a model on it; ` +
    'set devices.simulate to, for instance, warboy*1 to use software devices instead'
  );
}

function instancesOn(device: LeasedDevice, request: PlacementRequest, clock: Clock): Instance[] {
  const count = request.workers ?? device.instances ?? 1;
  const data: ThreadData = {
    artifact: { path: request.path },
    options: {
      threads: request.engine.threads ?? threadsPerInstance(device, count),
      onnxruntime: request.engine.onnxruntime,
      compiler: request.compiler,
      provider: device.kind === 'cuda' ? device.name : 'cpu',
      batchSize: request.batchSize,
      allowFallback: request.allowFallback,
    },
  };
  return Array.from(
    { length: count },
    (_, i) => new Instance(`${request.label}/${device.name}/${i}`, data, clock),
  );
}

/** A device whose selector says nothing of instances has its threads shared out over them. */
function threadsPerInstance(device: LeasedDevice, count: number): number {
  const isShared = device.kind !== 'npu' && device.instances === null;
  return isShared ? Math.max(1, Math.floor(device.threads / count)) : device.threads;
}

async function closeAll(instances: readonly Instance[], lease: DeviceLease): Promise<void> {
  await Promise.allSettled(instances.map((instance) => instance.close()));
  lease.release();
}

function reportProgress(label: string, size: string, clock: Clock): { stop(): void } {
  const startedAt = clock.now();
  let timer: Timer;
  const tick = (): void => {
    timer = clock.startTimer(PROGRESS_MS, () => {
      log.info(
        `${label} is still being loaded (${size}, ${Math.round((clock.now() - startedAt) / 1000)} secs so far)`,
      );
      tick();
    });
  };
  tick();
  return { stop: () => timer.cancel() };
}
