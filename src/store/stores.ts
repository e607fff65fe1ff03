import { type Clock, systemClock } from '#core/clock.js';
import { invalid, ServingError } from '#core/errors.js';
import { ContentCache } from '#store/content-cache/content-cache.js';
import { diskErrorOf, isDiskFault } from '#store/content-cache/disk.js';
import type { OpenFile } from '#store/content-cache/partial-file.js';
import type { DownloadSettings, OnProgress } from './download.js';
import { errorOfFault } from './error-of-fault.js';
import { StoreFault } from './fault.js';
import { type Fetched, Fetcher, type Wanted } from './fetcher.js';
import { checkKeys } from './keys.js';
import type { ObjectStore, StoredObject } from './object-store.js';
import { openStore } from './open-store.js';
import type { StoreOptions } from './options.js';
import { retrying } from './retry.js';
import {
  fileNameOf,
  keyBelow,
  nameOfRoot,
  parseStoreUrl,
  type StoreRoot,
  type StoreUrl,
} from './store-url.js';

/** A local folder that looks like what it was fetched from. It never changes, and stays until it is released. */
export interface LocalTree {
  readonly folder: string;
  /** Stands for the names and contents of its files: the same for the same, wherever they came from. */
  readonly revision: string;
  readonly byteLength: number;
  /** What was fetched, its keys below the URL: newer than what was asked for where that had changed meanwhile. */
  readonly objects: readonly StoredObject[];
  /** Lets the cache remove it when it needs the room. */
  release(): Promise<void>;
}

/** A local file that has the contents of a remote one, under its name. */
export interface LocalFile {
  readonly path: string;
  readonly revision: string;
  readonly byteLength: number;
  release(): Promise<void>;
}

/** What a test may put in the place of this host's own. */
export interface StoreHost {
  readonly clock?: Clock;
  /** From 0 to 1. */
  readonly random?: () => number;
  readonly openFile?: OpenFile;
}

/** Remote models as local files. Nothing is opened, made or loaded before the first URL is asked for. */
export function openStores(options: StoreOptions, host: StoreHost = {}): Stores {
  return new Stores(options, host);
}

/** Every store that was asked for, and the one cache of all. Errors are `ServingError`s that name the URL without its secrets. */
export class Stores {
  readonly #options: StoreOptions;
  readonly #settings: DownloadSettings;
  readonly #opened = new Map<string, Promise<ObjectStore>>();
  #cache: Promise<ContentCache> | null = null;

  constructor(options: StoreOptions, { clock = systemClock, random = Math.random, openFile }: StoreHost) {
    const { retries, maxObjectBytes, stallMs } = options;
    this.#options = options;
    this.#settings = {
      retries,
      maxObjectBytes,
      stallMs,
      clock,
      random,
      ...(openFile === undefined ? {} : { openFile }),
    };
  }

  /** Everything below a URL, as its store lists it, with keys below the URL. Nothing is downloaded. */
  async listTree(url: string, signal: AbortSignal = NEVER): Promise<readonly StoredObject[]> {
    const parsed = parseStoreUrl(url);
    return await this.#named(parsed.shown, signal, async () => {
      const store = await this.#open(parsed.root);
      return await retrying(parsed.shown, this.#settings, signal, () => this.#list(store, parsed, signal));
    });
  }

  /**
   * A folder with what lies below a URL under these keys. An object of a listing is fetched as it was listed, a key as it
   * is now. Keys that would not stay in the folder are refused with INVALID_ARGUMENT.
   */
  async fetchTree(
    url: string,
    entries: readonly (string | StoredObject)[],
    signal: AbortSignal = NEVER,
    onProgress: OnProgress = () => {},
  ): Promise<LocalTree> {
    const parsed = parseStoreUrl(url);
    checkKeys(
      entries.map((entry) => (typeof entry === 'string' ? entry : entry.key)),
      parsed.shown,
    );
    return await this.#named(parsed.shown, signal, async () => {
      const store = await this.#open(parsed.root);
      const wanted = entries.map((entry) => {
        const path = typeof entry === 'string' ? entry : entry.key;
        return {
          store,
          root: nameOfRoot(parsed.root),
          key: keyBelow(parsed, path),
          path,
          shown: `${parsed.shown}/${path}`,
          object: typeof entry === 'string' ? null : entry,
        };
      });
      return await this.#fetch(wanted, signal, onProgress);
    });
  }

  /** One file. */
  async fetchFile(
    url: string,
    signal: AbortSignal = NEVER,
    onProgress: OnProgress = () => {},
  ): Promise<LocalFile> {
    const { folder, revision, byteLength, objects, release } = await this.fetchFiles(
      [url],
      signal,
      onProgress,
    );
    return { path: `${folder}/${objects[0]?.key}`, revision, byteLength, release };
  }

  /** Files from anywhere, beside each other in one folder: a model and the files of its weights. */
  async fetchFiles(
    urls: readonly string[],
    signal: AbortSignal = NEVER,
    onProgress: OnProgress = () => {},
  ): Promise<LocalTree> {
    const all = urls.map(parseStoreUrl);
    const shown = all[0]?.shown ?? '';
    for (const each of all) if (each.path === '') throw invalid(`${each.shown} names no file`);
    checkKeys(all.map(fileNameOf), shown);
    return await this.#named(shown, signal, async () => {
      const wanted: Wanted[] = [];
      for (const each of all) {
        const { root, path: key } = each;
        const store = await this.#open(root);
        const path = fileNameOf(each);
        wanted.push({ store, root: nameOfRoot(root), key, path, shown: each.shown, object: null });
      }
      return await this.#fetch(wanted, signal, onProgress);
    });
  }

  /** Gives back everything that was fetched, and lets all connections go. */
  async close(): Promise<void> {
    for (const opened of this.#opened.values()) {
      await opened.then(
        (store) => store.close(),
        () => {},
      );
    }
    const cache = await this.#cache?.catch(() => null);
    await cache?.close();
  }

  async #fetch(wanted: readonly Wanted[], signal: AbortSignal, onProgress: OnProgress): Promise<LocalTree> {
    const fetcher = new Fetcher(await this.#openCache(), this.#settings);
    const fetched = await fetcher.fetch(wanted, signal, onProgress);
    return treeOf(fetched, wanted);
  }

  async #list(store: ObjectStore, { path, shown }: StoreUrl, signal: AbortSignal): Promise<StoredObject[]> {
    const prefix = path === '' ? '' : `${path}/`;
    const { maxKeys } = this.#options;
    const objects: StoredObject[] = [];
    for await (const object of store.list(prefix, signal)) {
      if (!object.key.startsWith(prefix)) continue;
      if (objects.length === maxKeys) {
        throw new ServingError(
          'UNAVAILABLE',
          `more than ${maxKeys} objects lie below ${shown}: name a folder of it`,
        );
      }
      objects.push({ ...object, key: object.key.slice(prefix.length) });
    }
    return objects;
  }

  async #open(root: StoreRoot): Promise<ObjectStore> {
    const name = JSON.stringify(root);
    let opened = this.#opened.get(name);
    if (opened === undefined) {
      opened = openStore(root, this.#options);
      this.#opened.set(name, opened);
      // A package may be installed, or a variable set, before the next try.
      opened.catch(() => this.#opened.delete(name));
    }
    return await opened;
  }

  async #openCache(): Promise<ContentCache> {
    const { cacheFolder, maxCacheBytes } = this.#options;
    if (this.#cache === null) {
      this.#cache = ContentCache.open(cacheFolder, maxCacheBytes, this.#settings.clock);
      this.#cache.catch(() => {
        this.#cache = null;
      });
    }
    return await this.#cache;
  }

  async #named<T>(shown: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (thrown) {
      if (thrown instanceof ServingError) throw thrown;
      if (signal.aborted)
        throw new ServingError('CANCELLED', `${shown} is not fetched any more`, { cause: thrown });
      if (thrown instanceof StoreFault) throw errorOfFault(thrown, shown);
      if (isDiskFault(thrown)) throw diskErrorOf(thrown, shown, this.#options.cacheFolder, null);
      throw thrown;
    }
  }
}

const NEVER: AbortSignal = new AbortController().signal;

function treeOf({ tree, objects, byteLength }: Fetched, wanted: readonly Wanted[]): LocalTree {
  return {
    folder: tree.folder,
    revision: tree.id,
    byteLength,
    objects: objects.map((object, i) => ({ ...object, key: wanted[i]?.path ?? object.key })),
    release: tree.release,
  };
}
