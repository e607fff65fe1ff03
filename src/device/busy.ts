import { open } from 'node:fs/promises';
import { messageOf, ServingError } from '#core/errors.js';
import type { DeviceFile } from './npu.js';

/** Opens a device file for reading and writing, as whoever uses the device must. */
export type OpenDevice = (path: string) => Promise<{ close(): Promise<void> }>;

export const openDevice: OpenDevice = (path) => open(path, 'r+');

/** Free, held by someone, or the reason why neither can be known. */
export type ProbeResult = 'free' | 'busy' | ServingError;

/**
 * Asks the driver whether a device file is held, in the only way it offers: by opening it. The device is held for that
 * moment, so two probes must not run at the same time in one process, and another process may still come in between
 * the probe and the use.
 */
export async function probeDevice(path: string, open: OpenDevice): Promise<ProbeResult> {
  try {
    const handle = await open(path);
    await handle.close();
    return 'free';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EBUSY') return 'busy';
    if (code === 'EACCES' || code === 'EPERM') {
      return new ServingError('UNAVAILABLE', permissionDenied(path), { cause: error });
    }
    return new ServingError('UNAVAILABLE', `IoError: ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The files to open in order to know whether `file` is free: the single-PE files it covers, because each of them is
 * busy exactly when its PE is. A PE without a file of its own (not every container is given all) is asked through `file`.
 */
export function filesToProbe(file: DeviceFile, all: readonly DeviceFile[]): readonly DeviceFile[] {
  const singles = all.filter(
    (other) =>
      other.mode === 'single' &&
      other.arch === file.arch &&
      other.device === file.device &&
      file.covers.includes(other.cores?.first ?? -1),
  );
  return singles.length === file.covers.length && singles.length > 0 ? singles : [...singles, file];
}

function permissionDenied(path: string): string {
  return (
    `PermissionDenied: ${path} cannot be opened for reading and writing; Warboy's device files belong to the ` +
    'group furiosa (usermod -aG furiosa $USER, then log in again)'
  );
}
