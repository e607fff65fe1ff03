import { ServingError } from '#core/errors.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { Handle } from '#lifecycle/handle.js';
import type { ModelManager } from '#lifecycle/manager.js';
import { wantedOf } from '#lifecycle/model.js';
import type { FakeEngines, FakeLoad } from './lifecycle.js';

/** Something that was lent, and not given back yet. */
export interface Borrowed {
  readonly handle: Handle;
  readonly load: FakeLoad;
}

export interface Watched {
  readonly models: ModelManager;
  readonly engines: FakeEngines;
  readonly maxLoads: number;
  /** Models that serve as long as they are loaded, and such as need others. */
  readonly plain: readonly string[];
  readonly ensembles: readonly string[];
  readonly versions: readonly string[];
}

/** Looks at a manager and its loads at any moment, and keeps in mind what is wrong. */
export class ServingWatch {
  readonly faults: string[] = [];
  readonly borrowed: Borrowed[] = [];
  readonly #watched: Watched;
  readonly #loadOf = new Map<ModelMetadata, FakeLoad>();
  /** What could serve when it was last looked at, as `a` or `a/1`, and has to go on; and how many of it were lost until then. */
  readonly #serving = new Map<string, { readonly load: FakeLoad; readonly lost: number }>();
  /** By `a/1`, what serves of a version that is wanted. */
  readonly #mustStay = new Map<string, FakeLoad>();

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Looks at everything that can be seen. Answers the loads that have begun since. */
  look(): readonly FakeLoad[] {
    const { models, engines, plain, ensembles } = this.#watched;
    const begun = engines.loads.slice(this.#loadOf.size);
    for (const load of begun) {
      this.#loadOf.set(load.metadata, load);
      load.onClose = () => this.#lookAtClosing(load);
    }
    this.#lookAtIndex();
    models.statistics(null);
    models.plan(models.offered, true);
    for (const name of ensembles) this.#lookAtVersions(name);
    for (const name of plain) this.#lookAtVersions(name);
    return begun;
  }

  /** Borrows what is meant; null where that is refused as it should be. */
  borrow(name: string, version: string | null): FakeLoad | null {
    try {
      const handle = this.#watched.models.acquire({ name, version });
      const load = this.#loadOf.get(handle.metadata);
      if (load === undefined) throw new Error('nobody loaded it');
      if (load.closings > 0) this.faults.push(`${load.id} was lent when it was closed`);
      this.borrowed.push({ handle, load });
      return load;
    } catch (thrown) {
      this.expectError(thrown, ['NOT_FOUND', 'UNAVAILABLE'], `borrowing ${name}`);
      return null;
    }
  }

  expectError(thrown: unknown, codes: readonly string[], what: string): void {
    if (!(thrown instanceof ServingError && codes.includes(thrown.code)))
      this.faults.push(`${what} threw ${String(thrown)}`);
  }

  #lookAtIndex(): void {
    const { models, engines, maxLoads } = this.#watched;
    const { faults } = this;
    if (engines.opening.length > maxLoads) faults.push(`${engines.opening.length} loads at the same time`);
    const index = models.index();
    const ids = index.map(({ name, version }) => `${name}/${version}`);
    if (new Set(ids).size < ids.length) faults.push(`the index has doubles: ${ids.join()}`);
    for (const { name, version, state, reason } of index) {
      const id = `${name}/${version}`;
      if (models.isReady({ name, version: version || null }) !== (state === 'READY'))
        faults.push(`${id} is ${state}, or not`);
      if (reason.endsWith(': ')) faults.push(`${id} has no reason: ${reason}`);
    }
  }

  #lookAtClosing(load: FakeLoad): void {
    const { name, version } = load.offer;
    if (load.closings > 0) this.faults.push(`${load.id} was closed twice`);
    if (load.isLost) return;
    if (this.borrowed.some((each) => each.load === load))
      this.faults.push(`${load.id} was closed while it was borrowed`);
    if (this.#mustStay.get(`${name}/${version}`) === load)
      this.faults.push(`${load.id} was closed, and nothing had come in its place`);
  }

  #lookAtVersions(name: string): void {
    const wanted = this.#wantedOf(name);
    const isEnsemble = this.#watched.ensembles.includes(name);
    for (const version of this.#watched.versions) {
      const id = `${name}/${version}`;
      const load = this.#loadFor(name, version);
      const isWanted = wanted.includes(version);
      // An ensemble serves no longer than its steps.
      if (!isWanted || (load === null && isEnsemble)) this.#mustStay.delete(id);
      else if (load !== null) this.#mustStay.set(id, load);
      if (!isEnsemble) this.#expectToServe(id, load, isWanted, (before) => before.load.isLost);
    }
    if (isEnsemble) return;
    const lost = this.#lostOf(name);
    this.#expectToServe(name, this.#loadFor(name, null), wanted.length > 0, (before) => lost > before.lost);
  }

  /** What served and is still wanted goes on serving, as long as it was not lost. */
  #expectToServe(
    id: string,
    load: FakeLoad | null,
    isWanted: boolean,
    isExcused: (before: { readonly load: FakeLoad; readonly lost: number }) => boolean,
  ): void {
    const before = this.#serving.get(id);
    if (load === null && before !== undefined && isWanted && !isExcused(before))
      this.faults.push(`${id} does not serve any more, and is wanted`);
    // Whoever asked for it to go need not have it back before it is loaded.
    if (load === null || !isWanted) this.#serving.delete(id);
    else this.#serving.set(id, { load, lost: this.#lostOf(load.offer.name) });
  }

  #wantedOf(name: string): readonly string[] {
    const { models } = this.#watched;
    const offer = models.offered.find((each) => each.name === name);
    return offer === undefined || !models.isAsked(name) ? [] : wantedOf(offer).map(({ version }) => version);
  }

  #loadFor(name: string, version: string | null): FakeLoad | null {
    try {
      return this.#loadOf.get(this.#watched.models.describe({ name, version }).metadata) ?? null;
    } catch (thrown) {
      this.expectError(thrown, ['NOT_FOUND', 'UNAVAILABLE'], `a look at ${name}`);
      return null;
    }
  }

  #lostOf(name: string): number {
    return this.#watched.engines.loads.filter(({ isLost, offer }) => isLost && offer.name === name).length;
  }
}
