import { ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { type Allocation, allocate, fits } from './allocate.js';
import { filesToProbe, type OpenDevice, openDevice, type ProbeResult, probeDevice } from './busy.js';
import { type CpuBudget, cpuBudget } from './cpu-budget.js';
import { type Discovery, discoverNpus, type SkippedNpu } from './discover.js';
import { findHolders, type Holder } from './holders.js';
import { type DeviceLease, type LeasedDevice, leasedCpu, leasedCuda, leasedNpu } from './lease.js';
import { type MemoryBudget, memoryBudget } from './memory-budget.js';
import { type DeviceFile, type Npu, nameOf, type Temperature } from './npu.js';
import { Occupancy } from './occupancy.js';
import type { DeviceOptions } from './options.js';
import { type DeviceReport, otherProcess, reportCpu, reportNpu } from './report.js';
import { type NpuItem, parseSelector } from './selector.js';
import { describeNpus, standIns, standInWarning } from './stand-in.js';
import { readTemperatures } from './sysfs.js';

/** What an inventory touches of the host beyond its files; a test may bring its own. */
export interface InventoryParts {
  readonly open: OpenDevice;
  readonly cpu: CpuBudget;
  readonly memory: MemoryBudget;
}

const log = loggerOf('device::inventory');

/** Looks once at which devices there are. Never throws: what is missing is said when it is asked for. */
export async function openInventory(
  options: DeviceOptions,
  parts: Partial<InventoryParts> = {},
): Promise<DeviceInventory> {
  const discovery =
    typeof options.simulate === 'number' ? { npus: [], skipped: [] } : await discoverNpus(options);
  const inventory = new DeviceInventory(options, discovery, {
    open: parts.open ?? openDevice,
    cpu: parts.cpu ?? cpuBudget(options),
    memory: parts.memory ?? memoryBudget(options),
  });
  await inventory.refresh();
  return inventory;
}

/** The devices of this host, who has them, and the lending of them. */
export class DeviceInventory {
  /** Every card, real or software. */
  readonly npus: readonly Npu[];
  readonly cpu: CpuBudget;
  readonly memory: MemoryBudget;
  readonly #options: DeviceOptions;
  readonly #skipped: readonly SkippedNpu[];
  readonly #open: OpenDevice;
  readonly #occupancy = new Occupancy();
  #temperatures: ReadonlyMap<Npu, readonly Temperature[]> = new Map();
  #holders: ReadonlyMap<string, readonly Holder[]> = new Map();
  #saidStandIn = false;
  /** Settles when the last lease asked for is decided. Probing opens devices, so two must not probe at once. */
  #lastTurn: Promise<unknown> = Promise.resolve();

  /** @internal Use openInventory. */
  constructor(options: DeviceOptions, discovery: Discovery, parts: InventoryParts) {
    this.#options = options;
    this.npus = [...discovery.npus, ...standIns(options, discovery)];
    this.#skipped = discovery.skipped;
    this.#open = parts.open;
    this.cpu = parts.cpu;
    this.memory = parts.memory;
  }

  /**
   * Lends the devices of a selector to `holder` (a model's name, for messages). NPU devices are held until the lease is
   * released. Throws ServingError: INVALID_ARGUMENT for the selector's syntax, UNAVAILABLE when there is no such
   * device, when it is in use, or when it may not be opened.
   */
  async lease(selector: string, holder: string): Promise<DeviceLease> {
    const items = parseSelector(selector);
    const shared = items.flatMap((item): LeasedDevice[] => {
      if (item.kind === 'cpu') return [leasedCpu(item, this.cpu.cpus)];
      return item.kind === 'cuda' ? [leasedCuda(item.index, this.cpu.cpus)] : [];
    });
    const wanted = items.filter((item) => item.kind === 'npu' || item.kind === 'warboy');
    if (wanted.length === 0) return { devices: shared, release: () => {} };

    this.#sayStandIn();
    const turn = this.#lastTurn.then(() => this.#leaseNpus(wanted, holder));
    this.#lastTurn = turn.catch(() => {});
    return await turn;
  }

  /** Every PE and the processor, as far as it was known at the last refresh; what is lent here is always current. */
  list(): readonly DeviceReport[] {
    const lines = this.npus.flatMap((npu) =>
      reportNpu(npu, {
        temperatures: this.#temperatures.get(npu) ?? npu.temperatures,
        holderHere: (file) => this.#occupancy.holderOf(file),
        holders: this.#holders,
      }),
    );
    return [...lines, reportCpu(this.cpu)];
  }

  /** Looks again at what changes by itself: temperatures, and the other processes that hold a device. */
  async refresh(): Promise<void> {
    const temperatures = new Map<Npu, readonly Temperature[]>();
    for (const npu of this.npus) {
      if (npu.busName === null) continue;
      temperatures.set(npu, await readTemperatures(this.#options.sysRoot, npu.busName));
    }
    this.#temperatures = temperatures;
    this.#holders = await findHolders(this.#options.procRoot, pathsOf(this.#files()));
  }

  async #leaseNpus(items: readonly NpuItem[], holder: string): Promise<DeviceLease> {
    const files = this.#files();
    const probed = await this.#probe(files.filter((file) => items.some((item) => fits(item, file))));
    const isBusy = (file: DeviceFile): boolean =>
      this.#occupancy.holderOf(file) !== null || (probed.get(file) ?? 'free') !== 'free';
    const allocation = allocate(items, files, isBusy);
    if (allocation.kind !== 'chosen') throw await this.#refusal(allocation, probed);
    const release = this.#occupancy.take(allocation.files, holder);
    const devices = allocation.files.map((file) => leasedNpu(this.#cardOf(file), file));
    log.info(`DeviceManager has detected ${devices.length} NPUs`, { holder });
    devices.forEach(({ name, label }, i) => {
      log.info(`[${i + 1}] ${name} (${label})`, { holder });
    });
    return { devices, release };
  }

  /** Asks the driver about the files that are not lent here. Software devices have nobody else to hold them. */
  async #probe(wanted: readonly DeviceFile[]): Promise<ReadonlyMap<DeviceFile, ProbeResult>> {
    const byPath = new Map<string, ProbeResult>();
    const results = new Map<DeviceFile, ProbeResult>();
    const files = this.#files();
    for (const file of wanted) {
      if (this.#occupancy.holderOf(file) !== null) continue;
      let worst: ProbeResult = 'free';
      for (const path of pathsOf(filesToProbe(file, files))) {
        const result = byPath.get(path) ?? (await probeDevice(path, this.#open));
        byPath.set(path, result);
        if (result !== 'free' && worst !== 'busy') worst = result;
      }
      results.set(file, worst);
    }
    return results;
  }

  /** Why there is no lease: the original's text first, then what this host knows of the reason. */
  async #refusal(
    { kind, item, message }: Exclude<Allocation, { kind: 'chosen' }>,
    probed: ReadonlyMap<DeviceFile, ProbeResult>,
  ): Promise<ServingError> {
    const whatThereIs = describeNpus(this.#options, this.npus, this.#skipped);
    if (kind === 'not-found') return new ServingError('UNAVAILABLE', `${message}; ${whatThereIs}`);
    const fitting = this.#files().filter((file) => fits(item, file));
    const unknown = fitting.map((file) => probed.get(file)).find((result) => result instanceof ServingError);
    if (unknown instanceof ServingError) return unknown;
    // Asked before the look around, which takes time: whoever has the device now may have given it back by then.
    const here = new Map(fitting.map((file) => [file, this.#occupancy.holderOf(file)]));
    await this.refresh();
    const holders = fitting.flatMap((file) => {
      const holder =
        here.get(file) ??
        otherProcess(this.#cardOf(file), file, this.#holders) ??
        (probed.get(file) === 'busy' ? 'another process' : null);
      return holder === null ? [] : [`${nameOf(file)} by ${holder}`];
    });
    return new ServingError('UNAVAILABLE', `All NPU device is busy: ${message} (${holders.join(', ')})`);
  }

  /** Said once, and only when a model asks for an NPU: a server of CPU models has nothing to be warned of. */
  #sayStandIn(): void {
    const warning = standInWarning(this.#options, this.npus);
    if (warning !== null && !this.#saidStandIn) log.warn(warning);
    this.#saidStandIn = true;
  }

  #files(): readonly DeviceFile[] {
    return this.npus.flatMap((npu) => npu.files);
  }

  #cardOf(file: DeviceFile): Npu {
    const card = this.npus.find((npu) => npu.files.includes(file));
    if (card === undefined) throw new Error(`This is a bug: ${nameOf(file)} belongs to no card`);
    return card;
  }
}

function pathsOf(files: readonly DeviceFile[]): readonly string[] {
  return files.flatMap((file) => (file.path === null ? [] : [file.path]));
}
