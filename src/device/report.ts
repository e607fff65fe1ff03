import type { CpuBudget } from './cpu-budget.js';
import { formatHolder, type Holder } from './holders.js';
import { labelOf } from './lease.js';
import { type DeviceFile, filesMeet, modeOf, type Npu, nameOf, type Temperature } from './npu.js';
import { headlineCelsius } from './sysfs.js';

/** One line of the device list: a PE of a card, or the processor. Plain data. */
export interface DeviceReport {
  readonly name: string;
  /** `npu`, `cpu` or `cuda`. */
  readonly kind: string;
  /** For instance `warboy`; null for the processor. */
  readonly arch: string | null;
  readonly label: string;
  readonly simulated: boolean;
  readonly firmware: string | null;
  readonly driver: string | null;
  readonly serial: string | null;
  readonly busName: string | null;
  readonly numaNode: number | null;
  readonly alive: boolean | null;
  readonly temperatureCelsius: number | null;
  /** The model that has it here, or `pid N (command)` of another process. Null when free, unknown, or shared. */
  readonly holder: string | null;
  /** Threads that a run on it uses by default; null when not known. */
  readonly threads: number | null;
}

/** A report as JSON carries it: every key is always there, null where nothing is known. */
export function reportRecord(
  report: DeviceReport,
): Readonly<Record<string, string | number | boolean | null>> {
  return {
    name: report.name,
    kind: report.kind,
    arch: report.arch,
    label: report.label,
    simulated: report.simulated,
    firmware: report.firmware,
    driver: report.driver,
    serial: report.serial,
    bus_name: report.busName,
    numa_node: report.numaNode,
    alive: report.alive,
    temperature_celsius: report.temperatureCelsius,
    holder: report.holder,
    threads: report.threads,
  };
}

/** What changes while the server runs, beside a card's own facts. */
export interface CardState {
  readonly temperatures: readonly Temperature[];
  readonly holderHere: (file: DeviceFile) => string | null;
  /** Other processes, by the path they have open. */
  readonly holders: ReadonlyMap<string, readonly Holder[]>;
}

/** A line for each PE of a card; for a card whose PEs have no files, one line for the whole. */
export function reportNpu(npu: Npu, state: CardState): readonly DeviceReport[] {
  return linesOf(npu).map((file) => ({
    name: nameOf(file),
    kind: 'npu',
    arch: npu.arch,
    label: labelOf(npu, file),
    simulated: npu.simulated,
    firmware: npu.firmware,
    driver: npu.driver,
    serial: npu.serial,
    busName: npu.busName,
    numaNode: npu.numaNode,
    alive: npu.alive,
    temperatureCelsius: headlineCelsius(state.temperatures),
    holder: state.holderHere(file) ?? otherProcess(npu, file, state.holders),
    threads: Math.max(1, file.covers.length),
  }));
}

/** The processor's line. Everyone shares it, so nobody holds it. */
export function reportCpu(budget: CpuBudget): DeviceReport {
  return {
    name: 'cpu',
    kind: 'cpu',
    arch: null,
    label: budget.reason,
    simulated: false,
    firmware: null,
    driver: null,
    serial: null,
    busName: null,
    numaNode: null,
    alive: null,
    temperatureCelsius: null,
    holder: null,
    threads: budget.cpus,
  };
}

/** The process that has any file open in which this one takes part, or null. */
export function otherProcess(
  npu: Npu,
  file: DeviceFile,
  holders: ReadonlyMap<string, readonly Holder[]>,
): string | null {
  for (const other of npu.files) {
    const [holder] = (filesMeet(other, file) && other.path !== null && holders.get(other.path)) || [];
    if (holder !== undefined) return formatHolder(holder);
  }
  return null;
}

/** A PE may lack a file of its own, where only the fused one was handed to the container; its line stands all the same. */
function linesOf(npu: Npu): readonly DeviceFile[] {
  if (npu.cores.length === 0) return npu.files;
  return npu.cores.map((core) => {
    const cores = { first: core, last: core };
    return { arch: npu.arch, device: npu.index, cores, covers: [core], mode: modeOf(cores), path: null };
  });
}
