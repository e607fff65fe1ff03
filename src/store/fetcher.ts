import { ServingError } from '#core/errors.js';
import { formatBytes } from '#core/format-bytes.js';
import { loggerOf } from '#core/log.js';
import type { Blob, ContentCache, LeasedTree, ObjectId } from '#store/content-cache/content-cache.js';
import { diskErrorOf, isDiskFault } from '#store/content-cache/disk.js';
import { objectIdOf } from '#store/content-cache/layout.js';
import type { TreeFile } from '#store/content-cache/manifest.js';
import { atMost } from './at-most.js';
import { type DownloadSettings, download, type OnProgress, tooLarge } from './download.js';
import { errorOfFault } from './error-of-fault.js';
import { StoreFault } from './fault.js';
import type { ObjectStore, StoredObject } from './object-store.js';
import { Progress } from './progress.js';
import { retrying } from './retry.js';

const log = loggerOf('store::fetch');

const STATS_AT_A_TIME = 8;
const DOWNLOADS_AT_A_TIME = 4;

/** How often everything is looked at again because something changed in between. */
const CHANGES = 2;

/** A file to be fetched. */
export interface Wanted {
  readonly store: ObjectStore;
  /** The name of the store's root. */
  readonly root: string;
  readonly key: string;
  /** Where it is to be, below the folder. */
  readonly path: string;
  /** Its URL, as errors show it. */
  readonly shown: string;
  /** What is known of it; null to have it looked at. */
  readonly object: StoredObject | null;
}

/** Which versions were fetched, and the folder they are in. */
export interface Fetched {
  readonly tree: LeasedTree;
  readonly objects: readonly StoredObject[];
  readonly byteLength: number;
}

/** Brings objects into the cache and makes folders of them. */
export class Fetcher {
  readonly #cache: ContentCache;
  readonly #settings: DownloadSettings;

  constructor(cache: ContentCache, settings: DownloadSettings) {
    this.#cache = cache;
    this.#settings = settings;
  }

  /**
   * All of the files, in a folder of their own. Where one changes meanwhile all are looked at again: a folder never has
   * an older file beside a newer one of which the older one's store said nothing.
   */
  async fetch(wanted: readonly Wanted[], signal: AbortSignal, onProgress: OnProgress): Promise<Fetched> {
    for (let change = 0, files = wanted; ; change++) {
      try {
        return await this.#fetchOnce(files, signal, onProgress);
      } catch (thrown) {
        if (change >= CHANGES || !hasChanged(thrown)) throw thrown;
        log.debug((thrown as Error).message);
        files = wanted.map((each) => ({ ...each, object: null }));
      }
    }
  }

  async #fetchOnce(wanted: readonly Wanted[], signal: AbortSignal, onProgress: OnProgress): Promise<Fetched> {
    const objects = await atMost(STATS_AT_A_TIME, wanted, signal, (each, both) => this.#look(each, both));
    const progress = new Progress(
      objects.map(({ byteLength }) => byteLength),
      onProgress,
    );
    const leased: Blob[] = [];
    try {
      const indices = wanted.map((_, i) => i);
      const blobs = await atMost(DOWNLOADS_AT_A_TIME, indices, signal, async (i, both) => {
        const [each, object] = [wanted[i] as Wanted, objects[i] as StoredObject];
        const blob = await this.#lease(each, object, both, progress.ofOne());
        leased.push(blob);
        return blob;
      });
      const files: TreeFile[] = blobs.map((blob, i) => ({ path: (wanted[i] as Wanted).path, ...blob }));
      const byteLength = files.reduce((sum, file) => sum + file.byteLength, 0);
      return { tree: await this.#cache.leaseTree(files), objects, byteLength };
    } finally {
      for (const blob of leased) await this.#cache.unlease(blob);
    }
  }

  async #look({ store, key, shown, object }: Wanted, signal: AbortSignal): Promise<StoredObject> {
    return await this.#named(shown, object?.byteLength ?? null, async () => {
      const found = object ?? (await retrying(shown, this.#settings, signal, () => store.stat(key, signal)));
      const { maxObjectBytes } = this.#settings;
      if ((found.byteLength ?? 0) > maxObjectBytes) throw tooLarge(found.byteLength ?? 0, maxObjectBytes);
      return found;
    });
  }

  async #lease(
    { store, root, key, shown }: Wanted,
    object: StoredObject,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Blob> {
    const { byteLength, version, checksum } = object;
    const id: ObjectId = {
      id: objectIdOf(root, key, version, byteLength),
      byteLength,
      sha256: checksum?.algorithm === 'sha256' ? checksum.hex : null,
      shown,
      isKnownAgain: version !== '',
    };
    return await this.#named(shown, byteLength, async () => {
      const blob = await this.#cache.lease(
        id,
        async (path) => {
          const got = await download(store, { ...object, key }, path, this.#settings, signal, shown, onBytes);
          log.info(`fetched ${shown} (${formatBytes(got.byteLength)})`);
          return got;
        },
        signal,
      );
      onBytes(blob.byteLength);
      return blob;
    });
  }

  /** Whatever goes wrong, said of what it went wrong with. */
  async #named<T>(shown: string, byteLength: number | null, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (thrown) {
      if (thrown instanceof StoreFault) throw errorOfFault(thrown, shown);
      if (isDiskFault(thrown)) throw diskErrorOf(thrown, shown, this.#cache.folder, byteLength);
      throw thrown;
    }
  }
}

function hasChanged(thrown: unknown): boolean {
  return (
    thrown instanceof ServingError && thrown.cause instanceof StoreFault && thrown.cause.kind === 'changed'
  );
}
