import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CgroupController,
  type CgroupMount,
  foldersUpFrom,
  parseCgroupMounts,
  parseCgroupPaths,
} from './cgroup.js';
import type { DeviceOptions } from './options.js';

/** A folder whose files limit this process. */
export interface CgroupFolder {
  readonly version: CgroupMount['version'];
  readonly folder: string;
}

/**
 * The folders of this process's group and of every group above it, in each hierarchy that can limit what `controller`
 * governs. Never throws; there are none where there are no cgroups.
 */
export function cgroupFolders(
  { procRoot, sysRoot }: Pick<DeviceOptions, 'procRoot' | 'sysRoot'>,
  controller: CgroupController,
): readonly CgroupFolder[] {
  const paths = parseCgroupPaths(readText(join(procRoot, 'self/cgroup')) ?? '', controller);
  const mounts = parseCgroupMounts(readText(join(procRoot, 'self/mountinfo')) ?? '', controller);
  return mounts.flatMap((mount) => {
    const path = mount.version === 2 ? paths.v2 : paths.v1;
    const folders = path === null ? [] : foldersUpFrom(path, mount);
    return folders.map((folder) => ({ version: mount.version, folder: underSysRoot(folder, sysRoot) }));
  });
}

/** Cgroups are mounted below /sys/fs/cgroup; only that part moves with the root of sysfs. */
function underSysRoot(folder: string, sysRoot: string): string {
  return folder.startsWith('/sys/') ? join(sysRoot, folder.slice('/sys/'.length)) : folder;
}

/** The text of a file, or null when it cannot be read. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
