import { createHash } from 'node:crypto';
import type { ModelDefaults } from '#config/offer-models.js';
import type { ModelSource } from '#control/model-source.js';
import type { Clock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import type { StoredObject } from '#store/object-store.js';
import { parseStoreUrl } from '#store/store-url.js';
import type { Stores } from '#store/stores.js';
import type { FoundModel } from './found.js';
import { Leases } from './leases.js';
import type { ModelFolders } from './model-overrides.js';
import { faultyModel, offeredModel } from './offered-model.js';
import { scanFolder } from './scan-folder.js';
import { SCAN_LIMITS } from './scan-options.js';

const log = loggerOf('repository');

export interface RemoteSourceOptions {
  /** Such as `s3://bucket/models`. */
  readonly url: string;
  readonly stores: Stores;
  readonly defaults: ModelDefaults;
  readonly clock: Clock;
}

/** A model repository in an object store. What changed is fetched whole before anybody hears of it. */
export class RemoteSource implements ModelSource, ModelFolders {
  readonly name: string;
  readonly #options: RemoteSourceOptions;
  readonly #shown: string;
  readonly #leases = new Leases();
  #fault: string | null = null;
  /** What was offered of each model, and of what. */
  readonly #known = new Map<string, { readonly key: string; readonly offered: OfferedModel }>();
  /** The local folders that models were fetched to last. */
  readonly #found = new Map<string, FoundModel>();

  constructor(options: RemoteSourceOptions) {
    this.#options = options;
    this.#shown = parseStoreUrl(options.url).shown;
    this.name = `the model repository ${this.#shown}`;
  }

  /** Why the store cannot be listed, where something is known of it. */
  get fault(): string | null {
    return this.#fault;
  }

  async all(
    signal: AbortSignal,
    heard: (models: readonly OfferedModel[]) => void = () => {},
  ): Promise<readonly OfferedModel[]> {
    const models = await this.#listIfThere(signal);
    if (models === null) return [...this.#known.keys()].flatMap((name) => this.#asKnown(name) ?? []);
    for (const name of this.#known.keys()) if (!models.has(name)) await this.#forget(name);
    const offers: OfferedModel[] = [];
    // One after the other: each fetch has several transfers of its own.
    for (const [name, objects] of models) {
      const offered = await this.#offer(name, objects, signal);
      heard([offered]);
      offers.push(offered);
    }
    return offers;
  }

  async one(name: string, signal: AbortSignal): Promise<OfferedModel | null> {
    const models = await this.#listIfThere(signal);
    if (models === null) return this.#asKnown(name);
    const objects = models.get(name);
    return objects === undefined ? null : this.#offer(name, objects, signal);
  }

  foundOf({ name, source }: OfferedModel): FoundModel | null {
    return source === this.#sourceOf(name) ? (this.#found.get(name) ?? null) : null;
  }

  async close(): Promise<void> {
    await this.#leases.releaseAll();
  }

  /** Null where the store cannot be listed, and something is known of it; where nothing is, it rejects. */
  async #listIfThere(signal: AbortSignal): Promise<ReadonlyMap<string, readonly StoredObject[]> | null> {
    try {
      const models = await this.#list(signal);
      this.#fault = null;
      return models;
    } catch (thrown) {
      if (this.#known.size === 0 || signal.aborted) throw thrown;
      this.#fault = messageOf(thrown);
      return null;
    }
  }

  /** As it was known last, with why it cannot be looked at now. */
  #asKnown(name: string): OfferedModel | null {
    const known = this.#known.get(name);
    return known === undefined ? null : { ...known.offered, fault: this.#fault };
  }

  async #list(signal: AbortSignal): Promise<ReadonlyMap<string, readonly StoredObject[]>> {
    const { url, stores } = this.#options;
    return byModel(await stores.listTree(url, signal));
  }

  async #offer(name: string, objects: readonly StoredObject[], signal: AbortSignal): Promise<OfferedModel> {
    const key = manifestOf(objects);
    const known = this.#known.get(name);
    if (known?.key === key) return known.offered;
    try {
      const offered = await this.#fetch(name, objects, signal);
      this.#known.set(name, { key, offered });
      return offered;
    } catch (thrown) {
      return faultyModel(name, this.#sourceOf(name), messageOf(thrown));
    }
  }

  async #fetch(name: string, objects: readonly StoredObject[], signal: AbortSignal): Promise<OfferedModel> {
    const { url, stores, defaults, clock } = this.#options;
    const bytes = objects.reduce((sum, { byteLength }) => sum + (byteLength ?? 0), 0);
    log.info(`fetching ${objects.length} files (${bytes} bytes) of ${this.#sourceOf(name)}`);
    const tree = await stores.fetchTree(url, objects, signal);
    const scan = await scanFolder(tree.folder, { ...SCAN_LIMITS, clock, signal }, null, name);
    const found = scan.models.find((model) => model.name === name);
    if (found === undefined) {
      await tree.release();
      return faultyModel(name, this.#sourceOf(name), scan.rootFault ?? `${name} is no model folder`);
    }
    await this.#leases.keep(name, tree);
    this.#found.set(name, found);
    const { offered, warnings } = offeredModel(found, defaults, this.#sourceOf(name));
    for (const warning of warnings) log.warn(warning);
    return offered;
  }

  /** As messages name it. */
  #sourceOf(name: string): string {
    return `${this.#shown}/${name}`;
  }

  async #forget(name: string): Promise<void> {
    this.#known.delete(name);
    this.#found.delete(name);
    await this.#leases.release(name);
  }
}

/** The objects of each model: what lies below the first part of the key. */
function byModel(objects: readonly StoredObject[]): ReadonlyMap<string, readonly StoredObject[]> {
  const models = new Map<string, StoredObject[]>();
  for (const object of objects) {
    const [name = '', ...rest] = object.key.split('/');
    // Names that begin with a dot belong to tools, as in a folder.
    if (rest.length === 0 || name === '' || name.startsWith('.') || object.key.endsWith('/')) continue;
    const found = models.get(name);
    if (found === undefined) models.set(name, [object]);
    else found.push(object);
  }
  return models;
}

/** Changes whenever an object is added, removed or replaced. */
function manifestOf(objects: readonly StoredObject[]): string {
  const lines = objects.map((object) => JSON.stringify(object)).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
