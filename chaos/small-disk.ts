import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SIZE = '16m';
const PIECE = Buffer.alloc(64 * 1024);

/**
 * A disk of 16 MiB for the files that a server writes, which can be filled. It is mounted in the server's own namespace, so that it
 * takes no rights and leaves nothing behind.
 */
export class SmallDisk {
  readonly #folder: string;

  /** @param folder an empty one */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether this system lets anybody have one. */
  static isAllowed(): boolean {
    return spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /tmp']).status === 0;
  }

  /** What a shell runs before the server does. */
  get mount(): string {
    return `mount -t tmpfs -o size=${SIZE} none '${this.#folder}'`;
  }

  /** Leaves not a byte, as the process sees the disk. */
  fill(pid: number): void {
    const file = openSync(this.#fillerOf(pid), 'w');
    try {
      for (;;) writeSync(file, PIECE);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
    } finally {
      closeSync(file);
    }
  }

  free(pid: number): void {
    rmSync(this.#fillerOf(pid), { force: true });
  }

  #fillerOf(pid: number): string {
    return join(`/proc/${pid}/root`, this.#folder, 'filler');
  }
}
