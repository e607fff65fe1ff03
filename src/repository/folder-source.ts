import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ModelDefaults } from '#config/offer-models.js';
import type { ModelSource } from '#control/model-source.js';
import { type ControlMode, followsFiles } from '#control/options.js';
import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import type { FolderScan, FoundModel } from './found.js';
import type { ModelFolders } from './model-overrides.js';
import { offeredModel } from './offered-model.js';
import { RepositoryWatch } from './repository-watch.js';

const log = loggerOf('repository');

/** How long after a file event the folder is looked at: a copy makes many. */
const DEBOUNCE_MS = 250;

export interface FolderSourceOptions {
  /** Absolute. */
  readonly root: string;
  readonly mode: ControlMode;
  readonly pollMs: number;
  readonly defaults: ModelDefaults;
  readonly clock: Clock;
}

/** A model repository in a folder, laid out as Triton has it. */
export class FolderSource implements ModelSource, ModelFolders {
  readonly name: string;
  readonly #options: FolderSourceOptions;
  readonly #watch: RepositoryWatch;
  #listener: () => void = () => {};
  /** What was offered of each model, and of what; reading a configuration again that has not changed would be in vain. */
  #known = new Map<string, { readonly key: string; readonly offered: OfferedModel }>();

  constructor(options: FolderSourceOptions) {
    const { root, mode, pollMs, clock } = options;
    this.name = `the model repository ${root}`;
    this.#options = options;
    const onScan = (): void => this.#listener();
    this.#watch = new RepositoryWatch({ root, mode, pollMs, debounceMs: DEBOUNCE_MS, clock, onScan });
  }

  /** Why the folder cannot be looked at; null where it can. */
  get fault(): string | null {
    return this.#watch.latest?.rootFault ?? null;
  }

  async all(): Promise<readonly OfferedModel[]> {
    const { latest } = this.#watch;
    const isKept = latest !== null && followsFiles(this.#options.mode);
    return this.#offer(isKept ? latest : await this.#watch.scanNow(null));
  }

  async one(name: string): Promise<OfferedModel | null> {
    const scan = await this.#watch.scanNow(name);
    this.#checkRoot(scan);
    const found = scan.models.find((model) => model.name === name);
    return found === undefined ? null : this.#offerOne(found, scan.rootFault);
  }

  foundOf({ name, source }: OfferedModel): FoundModel | null {
    if (source !== join(this.#options.root, name)) return null;
    return this.#watch.latest?.models.find((model) => model.name === name) ?? null;
  }

  watch(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = () => {};
    };
  }

  close(): Promise<void> {
    return this.#watch.stop();
  }

  #offer(scan: FolderScan): readonly OfferedModel[] {
    this.#checkRoot(scan);
    const offers = scan.models.map((found) => this.#offerOne(found, scan.rootFault));
    const names = new Set(offers.map(({ name }) => name));
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
    return offers;
  }

  /** Nothing was ever seen of it. */
  #checkRoot({ rootFault, models }: FolderScan): void {
    if (rootFault !== null && models.length === 0) throw new ServingError('UNAVAILABLE', rootFault);
  }

  #offerOne(found: FoundModel, rootFault: string | null): OfferedModel {
    const key = stateOf(found, rootFault);
    const known = this.#known.get(found.name);
    if (known?.key === key) return known.offered;
    const { defaults, root } = this.#options;
    const { offered, warnings } = offeredModel(found, defaults, join(root, found.name));
    for (const warning of warnings) log.warn(warning);
    const whole = rootFault === null ? offered : { ...offered, fault: rootFault };
    this.#known.set(found.name, { key, offered: whole });
    return whole;
  }
}

/** Changes whenever something does that the offer is made of. */
function stateOf({ configFile, beside, versions, fault }: FoundModel, rootFault: string | null): string {
  const parts = versions.map(({ version, revision, fault: own }) => [version, revision, own]);
  // One by one: a fault of one file says nothing of the others.
  const files = beside.files.map((file) => [file.path, file.revision, file.fault]);
  const config = configFile && [configFile.revision, configFile.fault];
  return createHash('sha256')
    .update(JSON.stringify([rootFault, fault, config, files, parts]))
    .digest('hex');
}
