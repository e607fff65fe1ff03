import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readAttribute, readFolder } from './sysfs.js';

/** A process that has a device file open. */
export interface Holder {
  readonly pid: number;
  /** Its name as the kernel keeps it, or `?` when it ended before it was asked. */
  readonly command: string;
}

/**
 * Which processes hold the given device files: those that have them open under procfs, by rising pid. Processes of
 * other users are invisible without privilege, and processes end while they are looked at: both are left out in silence.
 */
export async function findHolders(
  procRoot: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly Holder[]>> {
  const wanted = new Set(paths);
  const found = new Map<string, Holder[]>();
  if (wanted.size === 0) return found;
  const processes = (await readFolder(procRoot)).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of processes.sort((a, b) => a - b)) {
    const held = await openAmong(join(procRoot, `${pid}`, 'fd'), wanted);
    if (held.size === 0) continue;
    const command = (await readAttribute(join(procRoot, `${pid}`, 'comm'))) ?? '?';
    for (const path of held) found.set(path, [...(found.get(path) ?? []), { pid, command }]);
  }
  return found;
}

/** A holder as reports and messages name it. */
export function formatHolder(holder: Holder): string {
  return `pid ${holder.pid} (${holder.command})`;
}

async function openAmong(folder: string, wanted: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  for (const fd of await readFolder(folder)) {
    const target = await linkTarget(join(folder, fd));
    if (target !== null && wanted.has(target)) held.add(target);
  }
  return held;
}

async function linkTarget(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch {
    return null; // Closed, or the process ended, since the listing.
  }
}
