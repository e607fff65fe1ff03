import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '#core/format-bytes.js';
import { chooseRemovals, type Occupant } from '#store/content-cache/removals.js';
import { type CopyManifest, copyBytes, damageOf, GRAPH_FILE, readManifest } from './copy-manifest.js';
import { isUsed, markUse } from './copy-use.js';

/** A copy that a session may be opened on. */
export interface PreparedCopy extends CopyManifest {
  /** Of the optimised graph. */
  readonly path: string;
  /** Says that it is not used any more. */
  release(): void;
}

const KEY = /^[0-9a-f]{64}$/;
/** What is being made, or removed. */
const ASIDE = 'aside-';
/** Nobody makes one for so long: what is older was left by one who died. */
const STALE_MS = 60 * 60 * 1000;
const USED_FILE = 'used';
const USES_FOLDER = 'uses';

/**
 * The folder of prepared copies, each in a folder by its key. Several processes may share it without a lock: a copy is
 * made aside and moved to its place at once, and none is ever written to again.
 */
export class CopyShelf {
  readonly #folder: string;
  readonly #maxBytes: number;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Where files of models are noted that were read before. */
  get notes(): string {
    return join(this.#folder, 'notes');
  }

  /** The copy of that key; null where there is none. Throws, and removes it if it can, where it is damaged. */
  async find(key: string): Promise<PreparedCopy | null> {
    const folder = join(this.#folder, key);
    if (!isThere(folder)) return null;
    const release = await markUse(join(folder, USES_FOLDER));
    try {
      const manifest = readManifest(folder);
      const damage = damageOf(folder, manifest);
      if (damage !== null) throw new Error(damage);
      touch(join(folder, USED_FILE));
      return { ...manifest, path: join(folder, GRAPH_FILE), release };
    } catch (thrown) {
      release();
      // Another process may have removed it to make room.
      if (!isThere(folder)) return null;
      this.#removeIfPossible(key);
      throw thrown;
    }
  }

  /**
   * Has a copy made into an empty folder and puts it on the shelf. Where another process was faster, it is that one's that
   * stays. Throws where there is no room for it, and what `make` throws.
   */
  async add(key: string, make: (folder: string) => CopyManifest): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const aside = this.#aside();
    mkdirSync(aside, { mode: 0o700 });
    try {
      this.#sweep(statSync(aside).mtimeMs);
      const bytes = copyBytes(make(aside));
      touch(join(aside, USED_FILE));
      await this.#makeRoom(bytes);
      this.#place(aside, key);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }

  /** Throws where so many bytes would never find room. */
  refuseTooLarge(bytes: number): void {
    if (bytes <= this.#maxBytes) return;
    throw new Error(`${this.#takes(bytes)}, which is more than all of it`);
  }

  /** At once for all who look; whoever has it mapped keeps it. */
  remove(key: string): void {
    const aside = this.#aside();
    renameSync(join(this.#folder, key), aside);
    rmSync(aside, { recursive: true, force: true });
  }

  /** Where the shelf can only be read, it stays and is found damaged again. */
  #removeIfPossible(key: string): void {
    try {
      this.remove(key);
    } catch {
      // What is wrong with the copy is worth more than that.
    }
  }

  #place(aside: string, key: string): void {
    try {
      renameSync(aside, join(this.#folder, key));
    } catch (thrown) {
      if (!isThere(join(this.#folder, key))) throw thrown;
    }
  }

  #takes(bytes: number): string {
    return `its copy takes ${formatBytes(bytes)} of the ${formatBytes(this.#maxBytes)} that copies may take in ${this.#folder}`;
  }

  /** A path that nobody else has. */
  #aside(): string {
    return join(this.#folder, `${ASIDE}${randomUUID()}`);
  }

  /** Removes what was left by processes that died. The file system has its own clock. */
  #sweep(nowMs: number): void {
    for (const name of readdirSync(this.#folder)) {
      if (!name.startsWith(ASIDE)) continue;
      const folder = join(this.#folder, name);
      const found = statSync(folder, { throwIfNoEntry: false });
      if (found && nowMs - found.mtimeMs > STALE_MS) rmSync(folder, { recursive: true, force: true });
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    const occupants = await this.#occupants();
    const removals = chooseRemovals(occupants, this.#maxBytes - bytes);
    if (removals === null) {
      this.refuseTooLarge(bytes);
      throw new Error(`${this.#takes(bytes)}, and the rest is in use`);
    }
    for (const { path } of removals) this.remove(path);
  }

  async #occupants(): Promise<readonly Occupant[]> {
    const occupants: Occupant[] = [];
    for (const key of readdirSync(this.#folder).filter((name) => KEY.test(name))) {
      const folder = join(this.#folder, key);
      try {
        const byteLength = copyBytes(readManifest(folder));
        const usedMs = statSync(join(folder, USED_FILE)).mtimeMs;
        occupants.push({ path: key, byteLength, usedMs, isInUse: await isUsed(join(folder, USES_FOLDER)) });
      } catch {
        // Damaged, or going away: whoever wants it finds out.
      }
    }
    return occupants;
  }
}

/** Its time is when the copy was used last. A shelf that can only be read has none. */
function touch(path: string): void {
  try {
    writeFileSync(path, '.');
  } catch {
    // Then it stays as it is.
  }
}

function isThere(path: string): boolean {
  return existsSync(path);
}
