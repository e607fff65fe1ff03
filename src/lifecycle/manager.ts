import { clip } from '#core/clip.js';
import { ServingError } from '#core/errors.js';
import { Listeners } from '#core/listeners.js';
import type { ModelRef } from '#inference/request.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { Handle } from './handle.js';
import { defaultVersion } from './lookup.js';
import { allNeeded } from './needs.js';
import { nextSteps, type Step } from './next-step.js';
import type { OfferedVersion } from './offer.js';
import type { IndexState } from './state.js';
import { type Opener, Version } from './version.js';

/** One line of the repository index. */
export interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly state: IndexState;
  readonly reason: string;
  /** Whether it is meant to be loaded. */
  readonly wanted: boolean;
}

/** Knows every offered version, brings loaded to equal wanted, lends handles to ready ones. */
export class ModelManager {
  readonly #models = new Map<string, Version[]>();
  readonly #changes = new Listeners();
  /** What is being loaded or unloaded, and settles when that is done. */
  readonly #busy = new Map<Version, Promise<void>>();

  constructor(offers: readonly OfferedVersion[], open: Opener) {
    for (const offer of offers) {
      const versions = this.#models.get(offer.name) ?? [];
      const obstacle = (): string | null => this.#obstacleOf(offer);
      versions.push(new Version(offer, open, () => this.#changes.tell(), obstacle));
      this.#models.set(offer.name, versions);
    }
    for (const version of this.#all()) version.waitsFor = this.#stepVersions(version.offer);
  }

  /** Calls `listener` when any version has changed its state. Answers how to call that off. */
  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** Wants every offered version, and settles when each is ready or has failed. They load side by side. */
  async loadAll(): Promise<void> {
    const versions = this.#all();
    for (const version of versions) version.wanted = true;
    await this.#settle(versions);
  }

  /**
   * Wants every version of a model, and all models that they are made of, and settles when they are ready. Throws, in
   * Triton's words, NOT_FOUND, or INVALID_ARGUMENT with the reasons when one failed.
   */
  async load(name: string): Promise<void> {
    const versions = this.#models.get(name);
    if (versions === undefined) {
      throw new ServingError(
        'NOT_FOUND',
        `failed to load '${clip(name)}', failed to poll from model repository: no model of that name is configured`,
      );
    }
    const meant = new Set(versions.flatMap((version) => [...allNeeded(version), version]));
    for (const version of meant) {
      version.wanted = true;
      version.forgive();
    }
    await this.#settle([...meant]);
    const failed = versions.filter((version) => !version.ready);
    if (failed.length === 0) return;
    const reasons = failed.map(
      ({ version, indexState, reason }) => `version ${version} is at ${indexState} state: ${reason}`,
    );
    throw new ServingError('INVALID_ARGUMENT', `load failed for model '${name}': ${reasons.join('; ')}`);
  }

  /** Wants no version of a model; settles when they are gone. Throws NOT_FOUND, at once. */
  unload(name: string): Promise<void> {
    const versions = this.#versionsOf(name);
    for (const version of versions) version.wanted = false;
    return this.#settle(versions);
  }

  /**
   * Unloads everything, and settles when it is gone. What is still loading is waited for, because an engine cannot be
   * stopped in the middle of that.
   */
  stop(): Promise<void> {
    const versions = this.#all();
    for (const version of versions) version.wanted = false;
    return this.#settle(versions);
  }

  /** Lends the version that is meant. Throws NOT_FOUND or UNAVAILABLE. The borrower releases it. */
  acquire(ref: ModelRef): Handle {
    return this.#find(ref).borrow();
  }

  /** Whether the version that is meant is ready. Throws NOT_FOUND. */
  isReady(ref: ModelRef): boolean {
    return this.#find(ref).ready;
  }

  /** The versions of a model that are ready, as listed. Throws NOT_FOUND. */
  readyVersions(name: string): readonly string[] {
    return this.#versionsOf(name).flatMap((version) => (version.ready ? [version.version] : []));
  }

  /**
   * What the ready versions have done: of every model (null), of one model, or one version of it. Throws NOT_FOUND, and
   * UNAVAILABLE where a model is named of which nothing is ready.
   */
  statistics(ref: ModelRef | null): readonly ModelStatistics[] {
    const versions = ref === null ? this.#all() : this.#named(ref);
    const found = versions.flatMap((version) => version.statistics ?? []);
    if (ref !== null && found.length === 0)
      throw new ServingError('UNAVAILABLE', this.#find(ref).notReadySentence());
    return found;
  }

  index(): readonly IndexEntry[] {
    return this.#all().map((version) => ({
      name: version.offer.name,
      version: version.version,
      state: version.indexState,
      reason: version.reason,
      wanted: version.wanted,
    }));
  }

  /**
   * Takes steps until these versions are as they are wanted. Other models may be on their way for long, and are not
   * waited for. A version that is busy is looked at again when it has arrived.
   */
  async #settle(versions: readonly Version[]): Promise<void> {
    for (;;) {
      for (const step of nextSteps(versions)) this.#take(step);
      const busy = versions.flatMap((version) => this.#busy.get(version) ?? []);
      if (busy.length === 0) return;
      await Promise.race(busy);
    }
  }

  /** Loading and unloading never reject. */
  #take({ kind, version }: Step<Version>): void {
    const work = kind === 'load' ? version.load() : version.unload();
    this.#busy.set(
      version,
      work.then(() => void this.#busy.delete(version)),
    );
  }

  /** The version a reference means, ready or not. */
  #find({ name, version }: ModelRef): Version {
    const versions = this.#versionsOf(name);
    if (version === null) {
      return defaultVersion(versions) ?? whichWouldServe(versions) ?? unknown(name);
    }
    const found = versions.find((each) => each.version === version);
    if (found === undefined) {
      const known = versions.map((each) => each.version).join(', ');
      const text = `Request for unknown model: '${clip(name)}' version ${clip(version)} is not found; it has ${known}`;
      throw new ServingError('NOT_FOUND', text);
    }
    return found;
  }

  /** The versions that a reference names: one, or without a version all of the model. */
  #named(ref: ModelRef): readonly Version[] {
    return ref.version === null ? this.#versionsOf(ref.name) : [this.#find(ref)];
  }

  /** The versions that may run the steps of an ensemble; none for a model of its own. */
  #stepVersions({ ensemble }: OfferedVersion): readonly Version[] {
    const found = (ensemble ?? []).flatMap(({ model: { name, version } }) =>
      (this.#models.get(name) ?? []).filter((each) => version === null || each.version === version),
    );
    return [...new Set(found)];
  }

  /** Why a loaded ensemble cannot serve now; null where it can, and for a model of its own. */
  #obstacleOf({ ensemble }: OfferedVersion): string | null {
    for (const [at, { model }] of (ensemble ?? []).entries()) {
      const version = this.#find(model);
      if (!version.ready) return `step[${at}] cannot run, because ${version.notReadySentence()}`;
    }
    return null;
  }

  #versionsOf(name: string): readonly Version[] {
    const versions = this.#models.get(name);
    if (versions === undefined) throw unknownModel(name);
    return versions;
  }

  #all(): readonly Version[] {
    return [...this.#models.values()].flat();
  }
}

/** When none is ready, the one that is spoken of: the version that would serve if all were. */
function whichWouldServe(versions: readonly Version[]): Version | null {
  return defaultVersion(versions.map((each) => ({ each, version: each.version, ready: true })))?.each ?? null;
}

function unknown(name: string): never {
  throw unknownModel(name);
}

function unknownModel(name: string): ServingError {
  return new ServingError('NOT_FOUND', `Request for unknown model: '${clip(name)}' is not found`);
}
