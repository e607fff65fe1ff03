import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock, Timer } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import { formatBytes } from '#core/format-bytes.js';
import { loggerOf } from '#core/log.js';
import type { MemoryUse } from '#inference/statistics.js';
import type { LoadedModel } from '#worker/messages.js';
import type { EngineHosts } from './engine-hosts.js';
import type { CompilerSettings, EngineSettings, PreparedWeights } from './engine-settings.js';
import { Instance, type OpenSession, type WarmUp } from './instance.js';
import { instanceShare } from './instance-count.js';
import type { DeviceInventory } from './inventory.js';
import type { Isolation } from './isolation.js';
import type { DeviceLease, LeasedDevice } from './lease.js';
import { memoryOf } from './memory-of.js';
import { modelBytes } from './model-bytes.js';
import { proveRows } from './rows-proof.js';
import { type SharingOptions, weightsToShare } from './share-weights.js';
import { warmUpWith } from './warm-up.js';
import type { WarmupSample } from './warmup-sample.js';

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
  /** Instances per device; null: the device's own number, else what `instanceShare` says for the CPU, and 1 elsewhere. */
  readonly workers: number | null;
  readonly batchSize: number | null;
  readonly allowFallback: boolean;
  readonly compiler: CompilerSettings;
  readonly engine: EngineSettings;
  readonly isolation: Isolation;
  /** By the engine's names of inputs. Null where nothing is said of it, and empty where nothing is wanted. */
  readonly warmup: readonly WarmupSample[] | null;
}

/** A loaded model: its instances on their devices. */
export interface Placement {
  readonly model: LoadedModel;
  readonly devices: readonly LeasedDevice[];
  readonly instances: readonly Instance[];
  /** What the instances hold together, as they told when they had loaded. */
  readonly memory: readonly MemoryUse[];
  /**
   * Tries whether rows of a batch are independent of each other, for a model that is only assumed to take batches: true
   * and false for what was found, null for what could not be tried. What is found against it is a warning in the log. To
   * be asked before the instances are used.
   */
  proveRows(): Promise<boolean | null>;
  /** Closes every instance and gives the devices back. Idempotent. */
  close(): Promise<void>;
}

/** Where models are placed. */
export interface Grounds {
  readonly inventory: DeviceInventory;
  readonly hosts: EngineHosts;
  /** Left out: no instance shares its weights. */
  readonly sharing?: SharingOptions;
}

/** Leases devices, opens the instances side by side, and answers when all are ready; else leaves nothing behind. */
export async function place(
  request: PlacementRequest,
  { inventory, hosts, sharing }: Grounds,
  clock: Clock,
): Promise<Placement> {
  const warmUp = await warmUpWith(request.warmup);
  const lease = await inventory.lease(request.device, request.holder);
  // Not before the lease: who is listed first has the devices first, however long its files take to look at.
  const bytes = await modelBytes(request.path);
  const plans = lease.devices.map((device) => planOf(device, request, bytes, inventory));
  const tenant = { holder: request.holder, modelBytes: bytes };
  const openSession: OpenSession = (data, afterDeath) =>
    hosts.open(data, request.isolation.wall, { ...tenant, needsOwnThread: afterDeath });
  const count = plans.reduce((sum, { instances }) => sum + instances, 0);
  const sharer = { wished: request.engine.weightSharing ?? null, modelBytes: bytes, instances: count };
  const weights = weightsToShare(sharer, sharing ?? null);
  const instances = plans.flatMap((plan, i) => {
    const parts = { openSession, warmUp };
    return instancesOf(plan, request, { weights, hasFirst: i === 0 }, parts, clock);
  });
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= closeAll(instances, lease);
    return closing;
  };
  try {
    const models = await openAll(instances, plans, request, clock, weights?.mayMake ?? false);
    const [model] = models;
    const proof = (): Promise<boolean | null> => proveOn(instances[0], model, request);
    const memory = memoryOf(models);
    return { model, devices: lease.devices, instances, memory, proveRows: proof, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function openAll(
  instances: readonly Instance[],
  plans: readonly Plan[],
  request: PlacementRequest,
  clock: Clock,
  oneFirst: boolean,
): Promise<readonly [LoadedModel, ...LoadedModel[]]> {
  const { label } = request;
  const devices = plans.map(({ device }) => device);
  const where = devices.map(({ name }) => name).join(',');
  const fields = { model: request.holder, devices: where };
  const hardware = devices.find((device) => device.kind === 'npu' && !device.simulated);
  if (hardware) throw new ServingError('UNAVAILABLE', noDriver(hardware));
  log.info(`${label} is being loaded to ${where}`, fields);
  const size = await stat(request.path).then(
    (found) => formatBytes(found.size),
    () => 'unknown',
  );
  const target = devices[0]?.label ?? where;
  log.info(`Compiling ${label} (target: ${target}, file: ${basename(request.path)}, size: ${size})`, fields);
  const progress = reportProgress(label, size, clock);
  try {
    const [models, loadedIn] = await timed(clock, () => loadAll(request, instances, oneFirst));
    log.info(`${label} has been compiled successfully (took ${loadedIn} secs)`, fields);
    const [runs, warmIn] = await timed(clock, () =>
      allOf(request, instances, (instance) => instance.begin()),
    );
    const warm = runs.filter((count) => count > 0).length;
    if (warm > 0) {
      log.info(`${label}: warmed up ${counted(warm, 'instance')} in ${warmIn} secs`, fields);
    }
    const [model, ...others] = models;
    if (model === undefined) throw new ServingError('INTERNAL', 'a lease without instances. This is a bug.');
    for (const plan of plans) {
      log.info(creating(plan, model), fields);
      log.info(`${plan.device.name} has scheduled to ${label}`, fields);
    }
    return [model, ...others];
  } finally {
    progress.stop();
  }
}

async function proveOn(
  instance: Instance | undefined,
  model: LoadedModel,
  { path, label, holder }: PlacementRequest,
): Promise<boolean | null> {
  if (instance === undefined) return null;
  const proof = await proveRows(model, (inputs, outputs) => instance.run(inputs, outputs));
  const file = basename(path);
  switch (proof.kind) {
    case 'independent':
      return true;
    case 'unknown':
      log.debug(`${label}: whether the rows of ${file} are independent is not known: ${proof.why}`, {
        model: holder,
      });
      return null;
    case 'mixed':
      log.warn(
        `${label}: requests are not joined into batches, because the rows of ${file} depend on each other: ${proof.why}; ` +
          'dynamic_batching: true joins them all the same',
        { model: holder },
      );
      return false;
  }
}

/** @param oneFirst the first one has something made that the others use */
async function loadAll(
  request: PlacementRequest,
  instances: readonly Instance[],
  oneFirst: boolean,
): Promise<readonly LoadedModel[]> {
  const load = (some: readonly Instance[]): Promise<readonly LoadedModel[]> =>
    allOf(request, some, (instance) => instance.load());
  const alone = oneFirst ? 1 : 0;
  return [...(await load(instances.slice(0, alone))), ...(await load(instances.slice(alone)))];
}

/** What all instances answer; the first that rejects is the reason. */
async function allOf<Value>(
  { path }: PlacementRequest,
  instances: readonly Instance[],
  ask: (instance: Instance) => Promise<Value>,
): Promise<readonly Value[]> {
  return await Promise.all(instances.map(ask)).catch((thrown: unknown) => {
    throw about(path, thrown);
  });
}

/** What came of it, and in how many seconds. */
async function timed<Value>(clock: Clock, work: () => Promise<Value>): Promise<[Value, string]> {
  const from = clock.now();
  const value = await work();
  return [value, ((clock.now() - from) / 1000).toFixed(2)];
}

function creating({ device, instances, reason }: Plan, { facts }: LoadedModel): string {
  const { engine, provider, threads } = facts;
  const why = reason === null ? '' : `; ${reason}`;
  return `Creating ${counted(instances, 'Context')} on ${device.name} (${engine}, ${provider}, ${counted(threads, 'thread')} each${why})`;
}

function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
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

/** What is opened on one device. */
interface Plan {
  readonly device: LeasedDevice;
  readonly instances: number;
  readonly threads: number;
  /** Why so many, where nobody said how many. */
  readonly reason: string | null;
}

/** Never rejects: the devices are lent by then. */
function planOf(
  device: LeasedDevice,
  { workers, engine, isolation }: PlacementRequest,
  modelBytes: number,
  { memory }: DeviceInventory,
): Plan {
  const asked = workers ?? device.instances;
  // Copies in one thread would run one after the other, and further threads are what it does without.
  if (asked === null && device.kind === 'cpu' && isolation.wall === 'none')
    return { device, instances: 1, threads: engine.threads ?? 1, reason: 'without a wall' };
  if (asked === null && device.kind === 'cpu') {
    const bytes = { modelBytes, memoryBytes: memory.bytes };
    return { device, ...instanceShare({ cpus: device.threads, threads: engine.threads, ...bytes }) };
  }
  const instances = asked ?? 1;
  const threads = engine.threads ?? threadsPerInstance(device, instances);
  return { device, instances, threads, reason: null };
}

function instancesOf(
  plan: Plan,
  request: PlacementRequest,
  { weights, hasFirst }: { readonly weights: PreparedWeights | null; readonly hasFirst: boolean },
  parts: { readonly openSession: OpenSession; readonly warmUp: WarmUp },
  clock: Clock,
): Instance[] {
  const { device, instances, threads } = plan;
  const artifact = { path: request.path };
  const options = {
    threads,
    onnxruntime: request.engine.onnxruntime,
    compiler: request.compiler,
    provider: device.kind === 'cuda' ? device.name : 'cpu',
    batchSize: request.batchSize,
    allowFallback: request.allowFallback,
  };
  return Array.from({ length: instances }, (_, i) => {
    const id = `${request.label}/${device.name}/${i}`;
    const prepared = weights && { ...weights, mayMake: weights.mayMake && hasFirst && i === 0 };
    const data = { artifact, options: { ...options, ...(prepared && { prepared }) } };
    return new Instance({ id, data, isolation: request.isolation, ...parts }, clock);
  });
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
