import type { LiveDevice, LiveModel } from '../live-types.js';

/** As much of a device as the page shows; null where the driver does not tell. */
export interface Device {
  readonly name: string;
  readonly kind: string;
  readonly arch: string | null;
  readonly label: string;
  readonly isSimulated: boolean;
  readonly isAlive: boolean | null;
  readonly celsius: number | null;
  readonly threads: number | null;
  readonly holder: string | null;
  readonly firmware: string | null;
  readonly driver: string | null;
}

export function deviceOf(told: LiveDevice): Device {
  return {
    name: told.name,
    kind: textOf(told['kind']) ?? '',
    arch: textOf(told['arch']),
    label: textOf(told['label']) ?? '',
    isSimulated: told['simulated'] === true,
    isAlive: typeof told['alive'] === 'boolean' ? told['alive'] : null,
    celsius: numberOf(told['temperature_celsius']),
    threads: numberOf(told['threads']),
    holder: textOf(told['holder']),
    firmware: textOf(told['firmware']),
    driver: textOf(told['driver']),
  };
}

/** A version that runs on a device. */
export interface Resident {
  readonly model: string;
  readonly version: string;
  /** Copies of it on this device. */
  readonly instances: number;
  /** How many of them were at work at the same time, on average; null where that is not known yet. */
  readonly runsAtOnce: number | null;
}

/**
 * The versions that are loaded on a device. Those on several devices have as many copies on each, and are taken to work
 * as much on each.
 */
export function residentsOf(
  device: string,
  models: Iterable<LiveModel>,
  runsAtOnce: (model: string, version: string) => number | null,
): readonly Resident[] {
  return [...models].flatMap(({ name, versions }) =>
    versions
      .filter(({ devices, instances }) => devices.includes(device) && instances !== null)
      .map(({ version, devices, instances }) => {
        const runs = runsAtOnce(name, version);
        return {
          model: name,
          version,
          instances: (instances ?? 0) / devices.length,
          runsAtOnce: runs === null ? null : runs / devices.length,
        };
      }),
  );
}

export interface Load {
  readonly runsAtOnce: number;
  readonly instances: number;
  /** The part of the time that its copies were at work, from 0 to 1. */
  readonly part: number;
}

/** Of all that runs on a device; null where nothing does, or nothing is known yet. */
export function loadOf(residents: readonly Resident[]): Load | null {
  const known = residents.filter(({ runsAtOnce }) => runsAtOnce !== null);
  const instances = known.reduce((sum, each) => sum + each.instances, 0);
  if (instances === 0) return null;
  const runsAtOnce = known.reduce((sum, each) => sum + (each.runsAtOnce ?? 0), 0);
  return { runsAtOnce, instances, part: Math.min(1, runsAtOnce / instances) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
