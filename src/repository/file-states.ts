import { realpath, stat } from 'node:fs/promises';
import { hashFile, stampOf } from './hash-file.js';
import { SCAN_LIMITS } from './scan-options.js';

/** A file as it was seen when its contents were new. */
interface Known {
  /** Stands for its contents. */
  readonly state: string;
  /** Of the last look at these contents. */
  readonly stamp: string;
  readonly bytes: bigint;
  /** Of its contents; null where they are too large, or changed while they were read. */
  readonly hash: Promise<string | null>;
}

/**
 * What stands for the contents of files: another text after each change, and the same one after `touch`, `chmod` or a copy of the
 * same file. A look costs a `stat`; contents are read once behind it, one file after the other, and again only where a file
 * has other times and the same size.
 */
export class FileStates {
  readonly #maxHashedBytes: number;
  readonly #known = new Map<string, Known>();
  #hashing: Promise<unknown> = Promise.resolve();

  /** @param maxHashedBytes larger files are not read: for them, other times are another state */
  constructor({ maxHashedBytes }: { readonly maxHashedBytes: number } = SCAN_LIMITS) {
    this.#maxHashedBytes = maxHashedBytes;
  }

  /** Settles when all that was looked at has been read: only then can a touch be told from a change. */
  async read(): Promise<void> {
    await this.#hashing;
  }

  /** The state of a file; empty where there is none. */
  async of(path: string): Promise<string> {
    try {
      const real = await realpath(path);
      const stats = await stat(real, { bigint: true });
      const stamp = stampOf(stats);
      const before = this.#known.get(path);
      if (before?.stamp === stamp) return before.state;
      const hash = this.#hashOf(real, stamp, stats.size);
      const isSame = before?.bytes === stats.size && (await sameHash(before.hash, hash));
      const state = isSame ? before.state : stamp;
      this.#known.set(path, { state, stamp, bytes: stats.size, hash });
      return state;
    } catch {
      this.#known.delete(path);
      return '';
    }
  }

  #hashOf(real: string, stamp: string, bytes: bigint): Promise<string | null> {
    if (bytes > this.#maxHashedBytes) return Promise.resolve(null);
    const hash = this.#hashing.then(() => hashFile(real, stamp)).catch(() => null);
    this.#hashing = hash;
    return hash;
  }
}

async function sameHash(one: Promise<string | null>, other: Promise<string | null>): Promise<boolean> {
  const hash = await one;
  return hash !== null && hash === (await other);
}
