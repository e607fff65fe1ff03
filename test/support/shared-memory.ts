/** POSIX shared memory as a client has it: files in a folder of the system. */
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SHARED_MEMORY_ROOT } from '#shared-memory/regions.js';

/** Why tests of shared memory cannot run here; false where they can. */
export const NO_SHARED_MEMORY: string | false = whyNone();

function whyNone(): string | false {
  try {
    accessSync(SHARED_MEMORY_ROOT, constants.W_OK);
    return false;
  } catch {
    return `this host has no ${SHARED_MEMORY_ROOT} that the tests may write to`;
  }
}

/** A shared memory object. */
export interface SharedObject {
  /** As for `shm_open`. */
  readonly key: string;
  readonly path: string;
  bytes(): Uint8Array;
}

/** Makes objects whose names nobody else has. They go when `after` runs what it is given. */
export function sharedObjects(after: (remove: () => void) => void): (bytes: Uint8Array) => SharedObject {
  const mark = mkdtempSync(join(SHARED_MEMORY_ROOT, 'furiosa-test-'));
  const made: string[] = [mark];
  after(() => {
    for (const path of made) rmSync(path, { recursive: true, force: true });
  });
  return (bytes) => {
    const name = `${basename(mark)}-${made.length}`;
    const path = join(SHARED_MEMORY_ROOT, name);
    made.push(path);
    writeFileSync(path, bytes);
    return { key: `/${name}`, path, bytes: () => new Uint8Array(readFileSync(path)) };
  };
}
