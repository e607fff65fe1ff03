import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseAllowedCpus, parseCfsQuota, parseCpuMax } from './cgroup.js';
import { type CgroupFolder, cgroupFolders, readText } from './cgroup-folders.js';
import type { DeviceOptions } from './options.js';

/** How many CPUs this process may keep busy. */
export interface CpuBudget {
  /** Whole, 1 at least. */
  readonly cpus: number;
  /** Which bound decided, in words. */
  readonly reason: string;
}

export interface CpuBudgetOptions extends Pick<DeviceOptions, 'procRoot' | 'sysRoot'> {
  /** What the runtime believes it may use; Node's own answer unless a test says otherwise. */
  readonly parallelism?: () => number;
}

interface Bound {
  readonly cpus: number;
  readonly reason: string;
}

/**
 * The tightest of: the CPUs this process may be scheduled on (cpuset, taskset), and the CPU quota of its cgroup and
 * of every group above it. A quota of 1.5 CPUs is 2: one thread would leave half a CPU unused.
 *
 * The runtime's own count is asked only where procfs does not give the first figure (not Linux). Where it does, the
 * count adds nothing but an error: from libuv 1.49 on it reads the quota too, and rounds it down.
 * Never throws; a file that is not there bounds nothing.
 */
export function cpuBudget(options: CpuBudgetOptions): CpuBudget {
  const first = allowedCpus(options) ?? offeredCpus(options.parallelism ?? availableParallelism);
  const tightest = quotas(options).reduce((least, bound) => (bound.cpus < least.cpus ? bound : least), first);
  // Every bound is above 0, so this is 1 at least.
  return { cpus: Math.ceil(tightest.cpus), reason: tightest.reason };
}

function offeredCpus(parallelism: () => number): Bound {
  const cpus = parallelism();
  return { cpus, reason: `the system offers ${countOf(cpus)}` };
}

function allowedCpus({ procRoot }: CpuBudgetOptions): Bound | null {
  const allowed = parseAllowedCpus(readText(join(procRoot, 'self/status')) ?? '');
  if (allowed === null) return null;
  const { count, list } = allowed;
  return { cpus: count, reason: `this process may run on ${countOf(count)} (${list})` };
}

function quotas(options: CpuBudgetOptions): readonly Bound[] {
  return cgroupFolders(options, 'cpu').flatMap(quotaIn);
}

function quotaIn({ version, folder }: CgroupFolder): readonly Bound[] {
  const file = version === 2 ? join(folder, 'cpu.max') : join(folder, 'cpu.cfs_quota_us');
  const text = readText(file) ?? '';
  const cpus =
    version === 2
      ? parseCpuMax(text)
      : parseCfsQuota(text, readText(join(folder, 'cpu.cfs_period_us')) ?? '');
  if (cpus === null) return [];
  return [{ cpus, reason: `the cgroup quota in ${file} is ${countOf(Number(cpus.toFixed(2)))}` }];
}

function countOf(cpus: number): string {
  return `${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
}
