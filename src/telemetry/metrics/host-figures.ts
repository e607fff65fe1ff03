import { cpus, freemem, totalmem } from 'node:os';
import type { Samples } from './samples.js';

/** What the processors have done since the machine began, in milliseconds. */
export interface CpuTimes {
  readonly busyMs: number;
  readonly allMs: number;
}

/** The part of the time between that the processors were busy, 0 to 1; 0 where no time has passed. */
export function utilization(before: CpuTimes, now: CpuTimes): number {
  const allMs = now.allMs - before.allMs;
  if (allMs <= 0) return 0;
  return Math.min(1, Math.max(0, (now.busyMs - before.busyMs) / allMs));
}

/** Looks at the host. What has been used of its processors is told of the time since the last look. */
export class HostFigures {
  #last: CpuTimes = cpuTimes();

  addTo(samples: Samples): void {
    const now = cpuTimes();
    samples.add('nv_cpu_utilization', utilization(this.#last, now));
    samples.add('nv_cpu_memory_total_bytes', totalmem());
    samples.add('nv_cpu_memory_used_bytes', totalmem() - freemem());
    this.#last = now;
  }
}

function cpuTimes(): CpuTimes {
  let [busyMs, allMs] = [0, 0];
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle;
    allMs += all;
    busyMs += all - times.idle;
  }
  return { busyMs, allMs };
}
