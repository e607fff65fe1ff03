import { type DeviceFile, type Npu, nameOf } from './npu.js';

/** One device that instances of a model run on. */
export interface LeasedDevice {
  /** Canonical: `npu:0:1`, `cpu`, `cuda:0`. */
  readonly name: string;
  readonly kind: 'npu' | 'cpu' | 'cuda';
  /** An NPU that is played by the CPU of this host. */
  readonly simulated: boolean;
  /** Threads that one run may use, 1 at least. */
  readonly threads: number;
  /** How many instances the selector asks for; null leaves it to the model's own setting. */
  readonly instances: number | null;
  /** For people: `warboy-b0, 64dpes`, `warboy-b0, 128dpes, software`, `cpu, 2 threads`. */
  readonly label: string;
}

/** Devices lent to a model. NPU devices belong to it alone until then; `cpu` and `cuda` are shared. */
export interface DeviceLease {
  readonly devices: readonly LeasedDevice[];
  /** Gives the devices back. Calling it again does nothing. */
  release(): void;
}

/** A Warboy PE has 64 dot-product engines; its labels count them, as the original's log does. */
const DPES_PER_WARBOY_PE = 64;

/** What a device file is called beside its name. */
export function labelOf(npu: Npu, file: DeviceFile): string {
  const chip = npu.revision === null ? npu.arch : `${npu.arch}-${npu.revision}`;
  const pes = file.covers.length;
  const size =
    npu.arch === 'warboy' ? `${pes * DPES_PER_WARBOY_PE}dpes` : `${pes} ${pes === 1 ? 'PE' : 'PEs'}`;
  return [chip, ...(pes > 0 ? [size] : []), ...(npu.simulated ? ['software'] : [])].join(', ');
}

/** An NPU device as it is lent: it gets one thread for each of its PEs. */
export function leasedNpu(npu: Npu, file: DeviceFile): LeasedDevice {
  return {
    name: nameOf(file),
    kind: 'npu',
    simulated: npu.simulated,
    threads: Math.max(1, file.covers.length),
    instances: null,
    label: labelOf(npu, file),
  };
}

/** The processor as it is lent: `threads` as the selector says, or the budget shared out over its instances. */
export function leasedCpu(
  asked: { readonly threads: number | null; readonly instances: number | null },
  cpus: number,
): LeasedDevice {
  const threads = asked.threads ?? Math.max(1, Math.floor(cpus / (asked.instances ?? 1)));
  const label = `cpu, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return { name: 'cpu', kind: 'cpu', simulated: false, threads, instances: asked.instances, label };
}

/** A CUDA device as it is lent. The parts of a model that the GPU leaves to the CPU may use the whole budget. */
export function leasedCuda(index: number, cpus: number): LeasedDevice {
  const name = `cuda:${index}`;
  return { name, kind: 'cuda', simulated: false, threads: cpus, instances: null, label: name };
}
