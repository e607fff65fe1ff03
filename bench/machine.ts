/** How undisturbed the machine was: figures of a busy one say little. */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** Of all CPUs together since the system came up, in ticks. */
export interface CpuTicks {
  readonly total: number;
  /** Taken by the host for others. */
  readonly steal: number;
}

const STEAL_FIELD = 7;
/** user to steal: guest time is in user time already. */
const FIELDS = 8;
const IDLE_LOAD = 0.5;

export function cpuTicks(procStat: string = readFileSync('/proc/stat', 'utf8')): CpuTicks {
  const line = /^cpu +(.*)$/m.exec(procStat)?.[1] ?? '';
  const fields = line.split(' ').slice(0, FIELDS).map(Number);
  return { total: fields.reduce((sum, each) => sum + each, 0), steal: fields[STEAL_FIELD] ?? 0 };
}

/** Per cent of the CPU time between the two. */
export function stealPercent(before: CpuTicks, after: CpuTicks): number {
  const total = after.total - before.total;
  return total === 0 ? 0 : ((after.steal - before.steal) / total) * 100;
}

/** The load average of the last minute, with a warning where others are at work. */
export function startingLoad(): number {
  const [load = 0] = loadavg();
  if (load > IDLE_LOAD)
    console.error(`The load average is ${load.toFixed(1)}: others are at work, and figures mean little.`);
  return load;
}
