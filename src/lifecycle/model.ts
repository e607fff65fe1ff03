import type { ModelStatistics } from '#inference/statistics.js';
import { defaultVersion } from './lookup.js';
import { nextSteps, type Step } from './next-step.js';
import type { OfferedModel, OfferedVersion } from './offer.js';
import { placeOf, placeOfKey, shareAt } from './split.js';
import type { IndexState } from './state.js';
import { type Surroundings, Version } from './version.js';
import { chosenVersions, missingVersions } from './version-policy.js';

/** One line of the repository index. */
export interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly state: IndexState;
  readonly reason: string;
  /** Whether it is meant to be loaded. */
  readonly wanted: boolean;
}

/** One model: what its source offers of it, whether it is asked for, and what is loaded of it. */
export class Model {
  readonly name: string;
  isAsked = false;
  #offered: OfferedModel;
  #loads: Version[] = [];
  readonly #around: Surroundings;
  /** Were loaded once and are not any more. */
  readonly #unloaded = new Set<string>();
  /** Requests that named no version. */
  #turns = 0;
  #serving: ReadonlyMap<string, Version> | null = null;
  #usual: Version | null = null;
  #index: readonly IndexEntry[] | null = null;

  constructor(offered: OfferedModel, around: Surroundings) {
    this.name = offered.name;
    this.#offered = offered;
    this.#around = around;
  }

  get offered(): OfferedModel {
    return this.#offered;
  }

  /** Every load that is not gone. */
  get loads(): readonly Version[] {
    return this.#loads;
  }

  /** Takes what its source has now. Where the source cannot be used, what it had before goes on counting. */
  offer(offered: OfferedModel): void {
    const { fault, source } = offered;
    this.#offered = fault === null ? offered : { ...this.#offered, fault, source };
    this.changed();
  }

  /** Failed loads are given another chance. */
  forgive(): void {
    this.#loads = this.#loads.filter(({ state }) => state !== 'failed');
  }

  /** What is wanted is loaded again, though it may not have changed. */
  force(): void {
    for (const load of this.#loads) load.isStale = true;
  }

  /** The steps that are to be taken now. Must be asked again after each change. */
  steps(): readonly Step<Version>[] {
    const wants = this.#wants();
    for (const load of this.#loads)
      if (!load.isTrial)
        load.wanted = !load.isStale && wants.get(load.version)?.revision === load.offer.revision;
    const isLoaded = (version: string): boolean =>
      this.#loads.some((load) => load.version === version && load.wanted && !load.isTrial);
    for (const [version, offer] of wants) {
      if (!isLoaded(version)) this.#loads.push(new Version(offer, this.#around));
    }
    return nextSteps(this.#loads);
  }

  forget(gone: Version): void {
    this.#loads = this.#loads.filter((load) => load !== gone);
    if (gone.state === 'gone' && !gone.isTrial) this.#unloaded.add(gone.version);
    this.changed();
  }

  /** Another try in the place of one that failed. */
  retry(failed: Version): void {
    const again = new Version(failed.offer, this.#around, failed.attempts + 1);
    this.#loads = this.#loads.map((load) => (load === failed ? again : load));
  }

  /** Loads of what an offer has and is not loaded, which do not serve until they are accepted. */
  tryOut(offered: OfferedModel): readonly Version[] {
    const trials: Version[] = [];
    for (const offer of wantedOf(offered)) {
      const { version, revision } = offer;
      const isSame = (load: Version): boolean => load.version === version && load.offer.revision === revision;
      if (this.#loads.some((load) => isSame(load) && load.wanted)) continue;
      const trial = new Version(offer, this.#around);
      trial.isTrial = true;
      trials.push(trial);
    }
    this.#loads.push(...trials);
    return trials;
  }

  /** To be called whenever something changed that the choice of a version depends on, or what is told of it. */
  changed(): void {
    this.#serving = null;
    this.#index = null;
  }

  /** Whether what it can do depends on other models. */
  get needsOthers(): boolean {
    const isEnsemble = ({ ensemble }: OfferedVersion): boolean => ensemble !== null;
    return this.#offered.versions.some(isEnsemble) || this.#loads.some(({ offer }) => isEnsemble(offer));
  }

  /** The versions that can serve, the newest load of each. */
  get serving(): ReadonlyMap<string, Version> {
    if (this.#serving === null) {
      const ready = this.#loads.filter((load) => !load.isTrial && load.ready);
      this.#serving = new Map(ready.map((load) => [load.version, load]));
      this.#usual = defaultVersion(this.#inOrder([...this.#serving.values()]));
    }
    return this.#serving;
  }

  /** The newest that can serve; null when none can. */
  get newest(): Version | null {
    return this.serving.size === 0 ? null : this.#usual;
  }

  /** The load on trial that is meant; null where there is none. */
  onTrial(version: string | null): Version | null {
    const trials = this.#loads.filter((load) => load.isTrial && load.state === 'ready');
    return version === null
      ? (defaultVersion(trials.map((load) => ({ load, version: load.version, ready: true })))?.load ?? null)
      : (trials.find((load) => load.version === version) ?? null);
  }

  /** Versions that are asked for and that its source does not have. */
  get missing(): readonly string[] {
    const { versions, policy } = this.#offered;
    return missingVersions(
      versions.map(({ version }) => version),
      policy,
    );
  }

  /** The one that a request without a version gets, by its turn or, where it has one, always the same by its key; null when none is ready. */
  usual(key: string | null): Version | null {
    const { serving } = this;
    const { split } = this.#offered.traffic;
    if (split === null) return this.#usual;
    const shares = Object.entries(split).flatMap(([name, weight]) => {
      const version = this.named(name);
      return version !== null && serving.has(version.version) ? [{ version: version.version, weight }] : [];
    });
    const place = key === null ? placeOf(this.#turns++) : placeOfKey(key);
    return serving.get(shareAt(shares, place) ?? '') ?? this.#usual;
  }

  /** The load that is meant by a version or a label, the one that can serve if there is one; null where there is none. */
  named(name: string): Version | null {
    const { labels } = this.#offered;
    const version = Object.hasOwn(labels, name) && !this.#has(name) ? (labels[name] as string) : name;
    return (
      this.serving.get(version) ??
      this.#loads.findLast((load) => load.version === version && !load.isTrial) ??
      null
    );
  }

  /** The version that a version or a label means; null where there is none. */
  versionNamed(name: string): string | null {
    const { labels } = this.#offered;
    if (this.#has(name)) return name;
    return Object.hasOwn(labels, name) ? (labels[name] as string) : null;
  }

  /** When none can serve, the one that is spoken of: the one that would serve if all were ready. */
  get whichWouldServe(): string | null {
    const known = this.#offered.versions.map(({ version }) => ({ version, ready: true }));
    return defaultVersion(known)?.version ?? null;
  }

  statistics(version: string | null): readonly ModelStatistics[] {
    const found = this.#inOrder([...this.serving.values()]);
    return found.flatMap((load) =>
      version === null || load.version === version ? (load.statistics ?? []) : [],
    );
  }

  /** Whether nothing of it is on its way. */
  get isSettled(): boolean {
    return this.#loads.every(({ state, wanted }) => state === 'ready' || (state === 'failed' && wanted));
  }

  /** Wanted versions that are not as they are wanted, with what stands against it. */
  get failures(): readonly Version[] {
    return this.#loads.filter((load) => load.wanted && !load.isTrial && !load.ready);
  }

  index(): readonly IndexEntry[] {
    this.#index ??= this.#knownVersions().map((version) => this.#entryOf(version));
    return this.#index;
  }

  #entryOf(version: string): IndexEntry {
    const { name, isAsked } = this;
    const loads = this.#loads.filter((load) => load.version === version && !load.isTrial);
    const newest = loads.findLast(({ wanted }) => wanted) ?? loads.at(-1) ?? null;
    const wanted = loads.some((load) => load.wanted);
    const serving = this.serving.get(version) ?? null;
    const { fault } = this.#offered;
    if (serving !== null) {
      const others = serving === newest || newest === null || newest.state !== 'failed' ? '' : newest.reason;
      const kept = others === '' ? (fault ?? '') : others;
      const reason = kept === '' ? '' : `what was loaded before goes on serving: ${kept}`;
      return { name, version, state: 'READY', reason, wanted };
    }
    if (newest !== null) return { name, version, state: newest.indexState, reason: newest.reason, wanted };
    const why = this.#unloaded.has(version) ? 'unloaded' : '';
    return { name, version, state: 'UNAVAILABLE', reason: fault !== null && isAsked ? fault : why, wanted };
  }

  #knownVersions(): readonly string[] {
    const offered = this.#offered.versions.map(({ version }) => version);
    const rest = this.#loads.filter(({ isTrial }) => !isTrial).map(({ version }) => version);
    return [...new Set([...offered, ...rest])];
  }

  #has(version: string): boolean {
    return this.#knownVersions().includes(version);
  }

  /** As the source lists them. */
  #inOrder(versions: readonly Version[]): readonly Version[] {
    const order = this.#knownVersions();
    return [...versions].sort((a, b) => order.indexOf(a.version) - order.indexOf(b.version));
  }

  #wants(): ReadonlyMap<string, OfferedVersion> {
    const wanted = this.isAsked ? wantedOf(this.#offered) : [];
    return new Map(wanted.map((offer) => [offer.version, offer]));
  }
}

/** What of an offer should be loaded when the model is asked for. */
export function wantedOf({ versions, policy }: OfferedModel): readonly OfferedVersion[] {
  const chosen = chosenVersions(
    versions.map(({ version }) => version),
    policy,
  );
  return versions.filter(({ version }) => chosen.includes(version));
}
