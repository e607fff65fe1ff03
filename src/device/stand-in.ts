import type { Discovery, SkippedNpu } from './discover.js';
import type { Npu } from './npu.js';
import type { DeviceOptions } from './options.js';
import { simulatedWarboys } from './simulated.js';

/** How many software Warboys stand in on a host that has no NPU. */
const STAND_INS = 1;

/**
 * The software devices that the options ask for, given what the host has. A card that is there and cannot be used is
 * not replaced: whoever asks for it is told why.
 */
export function standIns({ simulate }: DeviceOptions, { npus, skipped }: Discovery): readonly Npu[] {
  if (typeof simulate === 'number') return simulatedWarboys(simulate);
  return simulate === 'auto' && npus.length + skipped.length === 0 ? simulatedWarboys(STAND_INS) : [];
}

/** What to warn of when software devices are lent; null where there are none. */
export function standInWarning(options: DeviceOptions, npus: readonly Npu[]): string | null {
  const count = npus.filter((npu) => npu.simulated).length;
  if (count === 0) return null;
  const why =
    options.simulate === 'auto'
      ? `No NPU was found under ${options.devRoot}`
      : `Software devices are asked for (devices.simulate: ${options.simulate})`;
  const who = count === 1 ? '1 software Warboy stands in' : `${count} software Warboys stand in`;
  return `${why}: ${who}, run on the CPU; their speed says nothing about an NPU`;
}

/** Which NPUs there are, and which not and why: the end of the sentence that a device was not found. */
export function describeNpus(
  { devRoot, simulate }: DeviceOptions,
  npus: readonly Npu[],
  skipped: readonly SkippedNpu[],
): string {
  const broken = skipped.map(({ reason }) => reason);
  const here = npus.map((npu) => `npu:${npu.index} (${npu.arch}, ${pesOf(npu)})`);
  if (here.length > 0) return [`this host has ${here.join(', ')}`, ...broken].join('; ');
  if (broken.length > 0) return broken.join('; ');
  if (typeof simulate === 'number') return `devices.simulate is ${simulate}, so there is no NPU`;
  return `there is no NPU under ${devRoot}, and devices.simulate is ${simulate}`;
}

function pesOf(npu: Npu): string {
  const pes = npu.cores.length;
  return `${pes} ${pes === 1 ? 'PE' : 'PEs'}${npu.simulated ? ', software' : ''}`;
}
