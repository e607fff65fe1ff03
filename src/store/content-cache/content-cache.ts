import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '#core/clock.js';
import { linkOrCopy, syncFolder } from './disk.js';
import { acquireLock } from './file-lock.js';
import { indexEntryOf, readIndexEntry } from './index-entry.js';
import { CacheLayout, claimedName } from './layout.js';
import { type TreeFile, treeIdOf } from './manifest.js';
import { Member } from './member.js';
import { Room } from './room.js';

/** A version of an object: what is known of it stays true. */
export interface ObjectId {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** Null where it is not known before it came. */
  readonly byteLength: number | null;
  /** Where the store tells it. */
  readonly sha256: string | null;
  /** As the log and errors call it. */
  readonly shown: string;
  /** False where the store cannot tell one version from the next: it is then downloaded each time. */
  readonly isKnownAgain: boolean;
}

export interface Blob {
  readonly sha256: string;
  readonly byteLength: number;
}

/** Downloads an object into a file, of which a part may be there already; answers what it came to. */
export type Download = (path: string) => Promise<Blob>;

/** A folder of files, which stays as it is until it is released. */
export interface LeasedTree {
  readonly id: string;
  readonly folder: string;
  release(): Promise<void>;
}

/** Locks that are held for a moment are waited for whatever the caller thinks of it meanwhile. */
const NEVER = new AbortController().signal;

/**
 * Contents of remote objects in a folder, each once, however many objects, models and processes have them. Processes of
 * several hosts may share the folder. What it holds is bounded; what any living process uses is never removed.
 */
export class ContentCache {
  readonly #layout: CacheLayout;
  readonly #room: Room;
  readonly #clock: Clock;
  readonly #member: Member;
  /** Turns of this process at the cache's lock. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(layout: CacheLayout, maxBytes: number, member: Member, clock: Clock) {
    this.#layout = layout;
    this.#room = new Room(layout, member, maxBytes);
    this.#member = member;
    this.#clock = clock;
  }

  /** Makes the folder where there is none. */
  static async open(folder: string, maxBytes: number, clock: Clock): Promise<ContentCache> {
    const layout = new CacheLayout(folder);
    const { blobs, index, trees, partial, members, locks } = layout;
    for (const each of [blobs, index, trees, partial, members, locks]) await mkdir(each, { recursive: true });
    return new ContentCache(layout, maxBytes, await Member.join(layout, clock), clock);
  }

  get folder(): string {
    return this.#layout.folder;
  }

  /**
   * The contents of an object, downloaded where they are not there. Of several processes that want the same one
   * downloads it and the others wait. They stay until `unlease`.
   */
  async lease(object: ObjectId, download: Download, signal: AbortSignal): Promise<Blob> {
    const known = await this.#leaseKnown(object);
    if (known !== null) return known;
    const unlock = await acquireLock(this.#layout.lock(object.id), this.#member, this.#clock, signal);
    try {
      return (await this.#leaseKnown(object)) ?? (await this.#download(object, download));
    } finally {
      await unlock();
    }
  }

  async unlease(blob: Blob): Promise<void> {
    await this.#member.unlease(`blob-${blob.sha256}`);
  }

  /** A folder with these files, whose contents must be leased. The same files are the same folder. */
  async leaseTree(files: readonly TreeFile[]): Promise<LeasedTree> {
    const id = treeIdOf(files);
    const isThere = await this.#exclusive(() => this.#leaseKnownTree(id));
    if (!isThere) await this.#buildTree(id, files);
    let isReleased = false;
    return {
      id,
      folder: this.#layout.tree(id),
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        await this.#markUsed(id);
        await this.#member.unlease(`tree-${id}`);
      },
    };
  }

  /** Gives back all that is used. */
  async close(): Promise<void> {
    await this.#turn.catch(() => {});
    await this.#member.leave();
  }

  /** Contents that are there, by what is known of the object. */
  async #leaseKnown(object: ObjectId): Promise<Blob | null> {
    return await this.#exclusive(async () => {
      const sha256 = object.sha256 ?? (object.isKnownAgain ? await this.#lookUp(object.id) : null);
      const found = sha256 === null ? null : await stat(this.#layout.blob(sha256)).catch(() => null);
      if (sha256 === null || found === null) return null;
      if (object.byteLength !== null && found.size !== object.byteLength) return null;
      await this.#member.lease(`blob-${sha256}`);
      return { sha256, byteLength: found.size };
    });
  }

  async #lookUp(objectId: string): Promise<string | null> {
    return (await readIndexEntry(this.#layout.indexEntry(objectId))) || null;
  }

  async #download(object: ObjectId, download: Download): Promise<Blob> {
    const path = await this.#claim(object);
    try {
      const blob = await download(path);
      return await this.#exclusive(() => this.#keep(object, path, blob));
    } catch (thrown) {
      // What came stays, so that another try goes on with it; a download that is of no use removes it itself.
      await rename(path, this.#layout.freePartial(object.id)).catch(() => {});
      throw thrown;
    }
  }

  /** A file to download into, with what an earlier try left, and room for the rest of it. */
  async #claim({ id, byteLength, shown }: ObjectId): Promise<string> {
    const path = join(this.#member.folder, claimedName(id, byteLength ?? 0));
    const free = this.#layout.freePartial(id);
    await this.#exclusive(async () => {
      await rename(free, path).catch(() => writeFile(path, ''));
      try {
        await this.#room.make(shown, byteLength);
      } catch (thrown) {
        await rename(path, free);
        throw thrown;
      }
    });
    return path;
  }

  /** Moves a whole download among the contents. */
  async #keep(object: ObjectId, path: string, blob: Blob): Promise<Blob> {
    await this.#member.lease(`blob-${blob.sha256}`);
    try {
      const to = this.#layout.blob(blob.sha256);
      await mkdir(dirname(to), { recursive: true });
      // The same contents may have come from elsewhere, and be in use.
      if (await hasSize(to, blob.byteLength)) await rm(path);
      else await rename(path, to);
      // Many models may share it: none may write to it.
      await chmod(to, 0o444);
      await syncFolder(dirname(to));
      await this.#remember(object, blob.sha256);
      if (object.byteLength === null) await this.#room.make(object.shown, blob.byteLength);
      return blob;
    } catch (thrown) {
      await this.unlease(blob);
      throw thrown;
    }
  }

  async #remember({ id, shown }: ObjectId, sha256: string): Promise<void> {
    const path = this.#layout.indexEntry(id);
    const aside = join(this.#member.folder, `index-${id}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(aside, indexEntryOf(sha256, shown));
    await rename(aside, path);
  }

  async #leaseKnownTree(id: string): Promise<boolean> {
    const found = await stat(this.#layout.tree(id)).catch(() => null);
    if (found === null) return false;
    await this.#member.lease(`tree-${id}`);
    await this.#markUsed(id);
    return true;
  }

  /** Aside, and then moved: nobody ever sees half of it. */
  async #buildTree(id: string, files: readonly TreeFile[]): Promise<void> {
    const aside = join(this.#member.folder, `building-${randomUUID()}`);
    const folder = this.#layout.tree(id);
    await mkdir(aside);
    try {
      for (const { path, sha256 } of files) {
        const to = join(aside, path);
        await mkdir(dirname(to), { recursive: true });
        await linkOrCopy(this.#layout.blob(sha256), to, join(folder, path));
      }
      await this.#exclusive(async () => {
        if (await this.#leaseKnownTree(id)) return;
        await writeFile(this.#layout.treeManifest(id), JSON.stringify({ files }));
        await rename(aside, folder);
        await syncFolder(this.#layout.trees);
        await this.#member.lease(`tree-${id}`);
      });
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }

  /** For what is not used the longest to be removed first. */
  async #markUsed(treeId: string): Promise<void> {
    const nowSeconds = this.#clock.epochMs() / 1000;
    await utimes(this.#layout.treeManifest(treeId), nowSeconds, nowSeconds).catch(() => {});
  }

  /** One at a time, among all processes. For what takes a moment. */
  async #exclusive<T>(act: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      const unlock = await acquireLock(this.#layout.lock('cache'), this.#member, this.#clock, NEVER);
      try {
        return await act();
      } finally {
        await unlock();
      }
    };
    const turn = this.#turn.then(run, run);
    this.#turn = turn.catch(() => {});
    return await turn;
  }
}

async function hasSize(path: string, byteLength: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.size === byteLength;
}
