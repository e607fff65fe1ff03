import { ServingError } from '#core/errors.js';
import type { ModelRef } from '#inference/request.js';
import type { Handle } from './handle.js';
import { defaultVersion } from './lookup.js';
import { nextSteps } from './next-step.js';
import type { OfferedVersion } from './offer.js';
import { INDEX_STATE, type IndexState } from './state.js';
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
  /** What is on its way, and settles when it has arrived. */
  readonly #loading = new Map<Version, Promise<void>>();
  readonly #unloading = new Map<Version, Promise<void>>();

  constructor(offers: readonly OfferedVersion[], open: Opener) {
    for (const offer of offers) {
      const versions = this.#models.get(offer.name) ?? [];
      versions.push(new Version(offer, open));
      this.#models.set(offer.name, versions);
    }
  }

  /** Wants every offered version, and settles when each is ready or has failed. They load side by side. */
  async loadAll(): Promise<void> {
    const versions = this.#all();
    for (const version of versions) version.wanted = true;
    await this.#settle(versions);
  }

  /**
   * Wants every version of a model, and settles when they are ready. Throws NOT_FOUND, or INVALID_ARGUMENT with the
   * reasons when one failed.
   */
  async load(name: string): Promise<void> {
    const versions = this.#versionsOf(name);
    for (const version of versions) {
      version.wanted = true;
      version.forgive();
    }
    await this.#settle(versions);
    const failed = versions.filter((version) => version.state === 'failed');
    if (failed.length === 0) return;
    const reasons = failed.map((each) => `version ${each.version} is at UNAVAILABLE state: ${each.reason}`);
    throw new ServingError('INVALID_ARGUMENT', `load failed for model '${name}': ${reasons.join('; ')}`);
  }

  /** Wants no version of a model; settles when they are gone. Throws NOT_FOUND, at once. */
  unload(name: string): Promise<void> {
    const versions = this.#versionsOf(name);
    for (const version of versions) version.wanted = false;
    return this.#settle(versions);
  }

  /**
   * Unloads what is ready, and settles when that is gone. What is still loading is not waited for: it holds nothing
   * that anyone is owed, and is unloaded when it comes to an end.
   */
  async stop(): Promise<void> {
    const versions = this.#all();
    for (const version of versions) version.wanted = false;
    void this.#settle(versions);
    await Promise.all(this.#unloading.values());
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

  index(): readonly IndexEntry[] {
    return this.#all().map((version) => ({
      name: version.offer.name,
      version: version.version,
      state: INDEX_STATE[version.state],
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
      for (const step of nextSteps(versions)) {
        if (step.kind === 'load') track(this.#loading, step.version, step.version.load());
        else track(this.#unloading, step.version, step.version.unload());
      }
      const busy = versions.flatMap(
        (version) => this.#loading.get(version) ?? this.#unloading.get(version) ?? [],
      );
      if (busy.length === 0) return;
      await Promise.race(busy);
    }
  }

  /** The version a reference means, ready or not. */
  #find({ name, version }: ModelRef): Version {
    const versions = this.#versionsOf(name);
    if (version === null) {
      const found = defaultVersion(versions) ?? versions.at(-1);
      if (found === undefined) throw unknownModel(name);
      return found;
    }
    const found = versions.find((each) => each.version === version);
    if (found === undefined) {
      const known = versions.map((each) => each.version).join(', ');
      const text = `Request for unknown model: '${name}' version ${version} is not found; it has ${known}`;
      throw new ServingError('NOT_FOUND', text);
    }
    return found;
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

/** Keeps `work`, which never rejects, in the map until it has settled. */
function track(map: Map<Version, Promise<void>>, version: Version, work: Promise<void>): void {
  const arrival = work.then(() => void map.delete(version));
  map.set(version, arrival);
}

function unknownModel(name: string): ServingError {
  return new ServingError('NOT_FOUND', `Request for unknown model: '${name}' is not found`);
}
