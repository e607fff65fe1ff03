import { type Cores, coresMeet, npuName } from './cores.js';

export type NpuArch = 'warboy' | 'rngd';

/** One PE, several fused into one, or the whole card. */
export type NpuMode = 'single' | 'fusion' | 'whole';

/** One way to use a card, for which the driver has a file. */
export interface DeviceFile {
  readonly arch: NpuArch;
  /** The card's index. Both architectures count from 0. */
  readonly device: number;
  /** Null is the whole card. */
  readonly cores: Cores | null;
  /** Every PE it covers, rising; those of the card where `cores` is null. */
  readonly covers: readonly number[];
  readonly mode: NpuMode;
  /** Null on a software device. */
  readonly path: string | null;
}

export interface Temperature {
  /** Which sensor, for instance `NE_PE0` or `AMBIENT`. */
  readonly label: string;
  readonly celsius: number;
}

/** A card. What is unknown, or means nothing for a software device, is null. */
export interface Npu {
  readonly index: number;
  readonly arch: NpuArch;
  /** Runs on the CPU of this host. */
  readonly simulated: boolean;
  /** The chip's revision in lower case, for instance `b0`. */
  readonly revision: string | null;
  readonly firmware: string | null;
  readonly driver: string | null;
  readonly serial: string | null;
  readonly uuid: string | null;
  /** The PCI address, for instance `0000:6d:00.0`. */
  readonly busName: string | null;
  readonly numaNode: number | null;
  /** What the driver says of the card's health. */
  readonly alive: boolean | null;
  readonly temperatures: readonly Temperature[];
  /** The PEs it has files for, rising. */
  readonly cores: readonly number[];
  readonly files: readonly DeviceFile[];
}

/** The canonical name of a device file. */
export function nameOf(file: DeviceFile): string {
  return npuName(file.device, file.cores);
}

/** Whether two files stand for the same PE. */
export function filesMeet(a: DeviceFile, b: DeviceFile): boolean {
  return a.arch === b.arch && a.device === b.device && coresMeet(a.cores, b.cores);
}

/** What a run of PEs is called by mode. */
export function modeOf(cores: Cores | null): NpuMode {
  if (cores === null) return 'whole';
  return cores.first === cores.last ? 'single' : 'fusion';
}

/** Every PE from the first to the last. */
export function coresIn(cores: Cores): readonly number[] {
  return Array.from({ length: cores.last - cores.first + 1 }, (_, i) => cores.first + i);
}
