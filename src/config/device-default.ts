import type { Platform } from '#lifecycle/offer.js';
import type { Environment } from './given.js';
import { scalarSpot } from './node.js';
import { NOWHERE, optionPlace } from './problem.js';
import type { Report } from './report.js';
import { selector } from './values.js';

/** Two processing elements fused, any of them: the original's default. */
const WARBOY = 'warboy(2)*1';

/** What models that name no platform or no device get. */
export interface DeviceDefault {
  readonly platform: Platform;
  /** The selector for a model of this platform. Reports a bad variable, which is never passed over. */
  deviceOf(platform: Platform): string;
}

/** FURIOSA_DEVICES, else NPU_DEVNAME, else any fused pair. They speak for NPUs only. */
export function deviceDefault(env: Environment, hostHasNpu: boolean, report: Report): DeviceDefault {
  const { FURIOSA_DEVICES: today, NPU_DEVNAME: before } = env;
  const variable = today ? 'FURIOSA_DEVICES' : before ? 'NPU_DEVNAME' : null;
  if (variable === 'NPU_DEVNAME') {
    report.warning(NOWHERE, 'NPU_DEVNAME will be deprecated. Use FURIOSA_DEVICES instead.');
  }
  let npu: string | null = null;
  const npuDevice = (): string => {
    if (variable === null) return WARBOY;
    // Read once, so that a bad one is told once, and only where it is needed.
    npu ??= selector.read(scalarSpot(env[variable] ?? '', optionPlace(variable)), report) ?? WARBOY;
    return npu;
  };
  return {
    platform: hostHasNpu || variable !== null ? 'npu' : 'cpu',
    deviceOf: (platform) => (platform === 'npu' ? npuDevice() : platform === 'cuda' ? 'cuda:0' : 'cpu'),
  };
}

/** The platform that a selector speaks of. */
export function platformOfSelector(text: string): Platform {
  return text.startsWith('cpu') ? 'cpu' : text.startsWith('cuda') ? 'cuda' : 'npu';
}
