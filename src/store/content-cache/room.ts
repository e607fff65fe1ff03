import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ServingError } from '#core/errors.js';
import { formatBytes } from '#core/format-bytes.js';
import { loggerOf } from '#core/log.js';
import { readIndexEntry } from './index-entry.js';
import { filesBelow, type Inventory, takeInventory } from './inventory.js';
import type { CacheLayout } from './layout.js';
import type { Member } from './member.js';
import { bytesOf, chooseRemovals } from './removals.js';

const log = loggerOf('store::cache');

/** Keeps a cache within its bound. */
export class Room {
  readonly #layout: CacheLayout;
  readonly #member: Member;
  readonly #maxBytes: number;

  constructor(layout: CacheLayout, member: Member, maxBytes: number) {
    this.#layout = layout;
    this.#member = member;
    this.#maxBytes = maxBytes;
  }

  /** Removes what is needed for the cache to keep its bound, in which claims are counted. The lock must be held. */
  async make(shown: string, byteLength: number | null): Promise<void> {
    const inventory = await takeInventory(this.#layout, await this.#member.leases());
    const removals = chooseRemovals(inventory.occupants, this.#maxBytes);
    if (removals === null) throw this.#fullError(inventory, shown, byteLength);
    if (removals.length === 0) return;
    await this.#remove(
      inventory,
      removals.map(({ path }) => path),
    );
    log.info(
      `removed ${formatBytes(bytesOf(removals))} from the cache ${this.#layout.folder} to make room for ${shown}`,
    );
  }

  async #remove({ trees }: Inventory, paths: readonly string[]): Promise<void> {
    const gone = new Set(paths);
    for (const { id, blobs } of trees) {
      if (!blobs.some((sha256) => gone.has(this.#layout.blob(sha256)))) continue;
      const aside = join(this.#member.folder, `removed-${randomUUID()}`);
      await rename(this.#layout.tree(id), aside).catch(() => {});
      await rm(this.#layout.treeManifest(id), { force: true });
      await rm(aside, { recursive: true, force: true });
    }
    for (const path of paths) await rm(path, { force: true });
    await this.#forget(new Set(paths.map((path) => basename(path))));
  }

  /** What is known of objects whose contents are gone is of no use. */
  async #forget(gone: ReadonlySet<string>): Promise<void> {
    for (const path of await filesBelow(this.#layout.index)) {
      if (gone.has(await readIndexEntry(path))) await rm(path, { force: true });
    }
  }

  #fullError({ occupants }: Inventory, shown: string, byteLength: number | null): ServingError {
    const inUse = bytesOf(occupants.filter(({ isInUse }) => isInUse)) - (byteLength ?? 0);
    const need = byteLength === null ? 'more' : formatBytes(byteLength);
    const rest =
      inUse > 0
        ? `${formatBytes(inUse)} of it are in use by models that are served or being fetched`
        : 'that is more than all of it';
    return new ServingError(
      'UNAVAILABLE',
      `${shown} needs ${need} of the cache ${this.#layout.folder}, which may hold ${formatBytes(this.#maxBytes)}: ${rest}; allow it more`,
    );
  }
}
