import { totalmem } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '#core/format-bytes.js';
import { parseMemoryLimit } from './cgroup.js';
import { cgroupFolders, readText } from './cgroup-folders.js';
import type { DeviceOptions } from './options.js';

/** How much memory this process may use. */
export interface MemoryBudget {
  readonly bytes: number;
  /** Which bound decided, in words. */
  readonly reason: string;
}

export interface MemoryBudgetOptions extends Pick<DeviceOptions, 'procRoot' | 'sysRoot'> {
  /** The bytes of the machine; the system's answer unless a test says otherwise. */
  readonly totalBytes?: () => number;
}

/**
 * The tightest of the machine's memory and the limits of this process's cgroup and of every group above it (`memory.max`,
 * in version 1 `memory.limit_in_bytes`). Never throws; a file that is not there bounds nothing.
 */
export function memoryBudget(options: MemoryBudgetOptions): MemoryBudget {
  const total = (options.totalBytes ?? totalmem)();
  const machine = { bytes: total, reason: `this machine has ${formatBytes(total)}` };
  const limits = cgroupFolders(options, 'memory').flatMap(({ version, folder }): MemoryBudget[] => {
    const file = join(folder, version === 2 ? 'memory.max' : 'memory.limit_in_bytes');
    const bytes = parseMemoryLimit(readText(file) ?? '');
    return bytes === null ? [] : [{ bytes, reason: `the cgroup limit in ${file} is ${formatBytes(bytes)}` }];
  });
  return limits.reduce((least, limit) => (limit.bytes < least.bytes ? limit : least), machine);
}
