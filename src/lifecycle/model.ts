import type { SequenceRef } from '#inference/request.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { VersionFigures } from '#inference/version-figures.js';
import type { Handle } from './handle.js';
import { type IndexEntry, standOf, type VersionFacts } from './index-entry.js';
import { defaultVersion } from './lookup.js';
import { MadeRoom } from './made-room.js';
import { nextSteps, type Step } from './next-step.js';
import type { OfferedModel, OfferedVersion } from './offer.js';
import { RetiredWork } from './retired-work.js';
import { ServingVersions } from './serving-versions.js';
import { candidatesOf } from './split.js';
import { type Surroundings, Version } from './version.js';
import { chosenVersions, missingVersions, policyText } from './version-policy.js';
import { addedWork } from './work.js';

/** Offered; or on trial as a whole, and known to nobody yet; or no longer offered, and forgotten once nothing of it is loaded. */
export type Standing = 'offered' | 'new' | 'leaving';

/** One model: what its source offers of it, whether it is asked for, and what is loaded of it. */
export class Model {
  readonly name: string;
  isAsked = false;
  standing: Standing;
  #offered: OfferedModel;
  /** What will be offered when what is on trial is accepted; null where nothing is. */
  #next: OfferedModel | null = null;
  #loads: Version[] = [];
  readonly #around: Surroundings;
  /** Were loaded once and are not any more. */
  readonly #unloaded = new Set<string>();
  readonly #retired = new RetiredWork();
  readonly #madeRoom = new MadeRoom();
  /** Requests that named no version. */
  #turns = 0;
  /** Who serves, as it was last found out; null when something has changed since. */
  #known: ServingVersions | null = null;

  constructor(offered: OfferedModel, around: Surroundings, standing: Standing = 'offered') {
    this.name = offered.name;
    this.standing = standing;
    this.#offered = offered;
    this.#around = around;
  }

  get offered(): OfferedModel {
    return this.#offered;
  }

  /** What is offered, or, for who is on trial, what will be. */
  offeredIn(isTrial: boolean): OfferedModel {
    return (isTrial ? this.#next : null) ?? this.#offered;
  }

  /** Every load that is not gone. */
  get loads(): readonly Version[] {
    return this.#loads;
  }

  /** Takes what its source has now. Where the source cannot be used, what it had before goes on counting. */
  offer(offered: OfferedModel): void {
    this.#offered = this.#merged(offered);
    this.standing = 'offered';
    this.changed();
  }

  /** Nobody offers it any more. */
  leave(): void {
    this.isAsked = false;
    this.standing = 'leaving';
  }

  /** Whether it can be forgotten: nobody offers it, or tries to, and nothing of it is loaded. */
  get isOver(): boolean {
    return this.standing === 'leaving' && this.#next === null && this.#loads.length === 0;
  }

  /** What failed is loaded again, as if it had never been tried. */
  forgive(): void {
    for (const load of this.#live) load.isStale ||= load.state === 'failed';
  }

  /** What is wanted is loaded again, though it may not have changed. */
  force(): void {
    for (const load of this.#live) load.isStale = true;
  }

  /** The steps that are to be taken now. Must be asked again after each change. */
  steps(): readonly Step<Version>[] {
    const wanted = new Set(this.#wants().map((offer) => this.#liveLoadOf(offer) ?? this.#newLoad(offer)));
    for (const load of this.#live) load.wanted = wanted.has(load);
    for (const offer of this.#madeRoom.takeReturning(this.#loads)) this.#newLoad(offer).comeBack();
    // Of two loads of a version, the one that is wanted serves.
    this.changed();
    const { update } = this.#offered;
    const steps = nextSteps(this.#loads, update);
    if (update === 'replace') this.#madeRoom.note(steps, this.#loads);
    return steps;
  }

  /** Whether what served is unloaded, and what takes its place is not ready yet. */
  get isBeingReplaced(): boolean {
    return !this.#madeRoom.isEmpty || this.#loads.some(isComingBack);
  }

  /** The paths of the files of what is loaded, and of what may have to be loaded again. */
  get paths(): readonly string[] {
    const loads = this.#loads.filter(({ state }) => state !== 'gone');
    return [...loads.map(({ offer }) => offer.path), ...this.#madeRoom.paths];
  }

  forget(gone: Version): void {
    this.#loads = this.#loads.filter((load) => load !== gone);
    this.#retire(gone);
    if (gone.state === 'gone' && !gone.isTrial) this.#unloaded.add(gone.version);
    this.changed();
  }

  /** Another try in the place of one that failed. */
  retry(failed: Version): void {
    const again = new Version(failed.offer, this.#around, failed.attempts + 1);
    this.#loads = this.#loads.map((load) => (load === failed ? again : load));
    this.#retire(failed);
  }

  /**
   * Loads on trial of what an offer has, which do not serve until they are accepted. There is none of what is loaded
   * already, or wanted already and could not be loaded.
   */
  tryOut(offered: OfferedModel, isAsked: boolean): readonly Version[] {
    this.#next = this.#merged(offered);
    if (!isAsked) return [];
    return wantedOf(this.#next).flatMap((offer) => {
      const known = this.#liveLoadOf(offer);
      return known?.wanted || known?.state === 'ready' ? [] : [this.#newTrial(offer)];
    });
  }

  /** Loads on trial of what is an ensemble and can serve. */
  tryAgain(): readonly Version[] {
    const ensembles = this.#live.filter(({ offer, wanted, ready }) => offer.ensemble && wanted && ready);
    return ensembles.map(({ offer }) => this.#newTrial(offer));
  }

  /** Nothing is on trial any more: what it was tried for is offered now, or never will be. */
  endTrial(isAccepted: boolean): void {
    if (isAccepted && this.#next !== null) this.offer(this.#next);
    this.#next = null;
  }

  /** To be called whenever something changed that the choice of a version depends on, or what is told of it. */
  changed(): void {
    this.#known = null;
  }

  /** Whether what it can do depends on other models. */
  get needsOthers(): boolean {
    const isEnsemble = ({ ensemble }: OfferedVersion): boolean => ensemble !== null;
    return this.#offered.versions.some(isEnsemble) || this.#loads.some(({ offer }) => isEnsemble(offer));
  }

  /** The versions that can serve, the newest load of each. */
  get serving(): ReadonlyMap<string, Version> {
    return this.#choice.serving;
  }

  /** The newest that can serve requests that name no version; null when none can. */
  get newest(): Version | null {
    return this.#choice.newest;
  }

  get #choice(): ServingVersions {
    this.#known ??= new ServingVersions(this.#live, this.#offered.traffic, {
      inOrder: this.#knownVersions(),
      versionNamed: (name) => this.versionNamed(name),
    });
    return this.#known;
  }

  /** The load that a step of an ensemble means; one that is on trial means what will be. */
  forStep(version: string | null, isTrial: boolean): Version | null {
    if (!isTrial || this.#next === null) return version === null ? this.newest : this.named(version);
    const loads = this.loadsForStep(version, isTrial);
    return defaultVersion(loads) ?? loads.at(-1) ?? null;
  }

  /** The loads that a step of an ensemble may come to mean; one that is on trial means what will be. */
  loadsForStep(version: string | null, isTrial: boolean): readonly Version[] {
    const loads =
      isTrial && this.#next !== null ? this.#accepted(this.#next) : this.#live.filter(({ wanted }) => wanted);
    if (version === null) return loads;
    const meant = this.versionNamed(version, isTrial);
    return loads.filter((load) => load.version === meant);
  }

  /** What is wanted once what is on trial is accepted. */
  #accepted(next: OfferedModel): readonly Version[] {
    const trials = this.#loads.filter(({ isTrial, wanted }) => isTrial && wanted);
    return wantedOf(next).flatMap(
      (offer) => trials.find((load) => isLoadOf(load, offer)) ?? this.#liveLoadOf(offer) ?? [],
    );
  }

  /** The models that its steps name, where it is an ensemble. */
  get stepNames(): readonly string[] {
    return stepNamesOf(this.#offered);
  }

  /** Whether it is an ensemble that serves as it is wanted. */
  get servesAsEnsemble(): boolean {
    return this.#live.some(({ offer, wanted, ready }) => offer.ensemble !== null && wanted && ready);
  }

  /** Versions that its policy chooses and that cannot be used, with why. */
  get faults(): readonly (readonly [version: string, fault: string])[] {
    const { versions, policy, faults } = this.#offered;
    const all = [...new Set([...versions.map(({ version }) => version), ...Object.keys(faults)])];
    const chosen = chosenVersions(all, policy);
    return Object.entries(faults).filter(([version]) => chosen.includes(version));
  }

  /** Versions that are asked for and that its source does not have. */
  get missing(): readonly string[] {
    const { versions, policy } = this.#offered;
    return missingVersions(
      versions.map(({ version }) => version),
      policy,
    );
  }

  /**
   * The one that a request without a version gets; null when none can serve.
   *
   * @param sequence requests of the same go where it is open, or else where its name leads; the others are shared out by their turns
   */
  usual(sequence: SequenceRef['id'] | null): Version | null {
    return this.#choice.usual(sequence, () => this.#turns++);
  }

  /** What has been lent for a request without a version, with copies for the shadow where there is one. */
  shadowed(handle: Handle): Handle {
    const percent = this.#offered.traffic.shadow?.percent ?? 0;
    const { shadow } = this.#choice;
    return shadow === null || percent === 0 ? handle : shadow.shadow.following(handle, percent);
  }

  /** The load that is meant by a version or a label, the one that can serve if there is one; null where there is none. */
  named(name: string): Version | null {
    return this.#choice.named(name);
  }

  /** The version that a version or a label means; null where there is none. */
  versionNamed(name: string, isTrial = false): string | null {
    const { versions, labels } = this.offeredIn(isTrial);
    const known = [...versions, ...(isTrial ? [] : this.#live)];
    if (known.some(({ version }) => version === name)) return name;
    return Object.hasOwn(labels, name) ? (labels[name] as string) : null;
  }

  /** When none can serve, the one that is spoken of: the one that would serve if all were ready. */
  whichWouldServe(isTrial: boolean): string | null {
    const { versions, traffic } = this.offeredIn(isTrial);
    const known = versions.map(({ version }) => version);
    const candidates = candidatesOf(known, traffic, (name) => this.versionNamed(name, isTrial));
    return defaultVersion(candidates.map(({ version }) => ({ version, ready: true })))?.version ?? null;
  }

  statistics(version: string | null): readonly ModelStatistics[] {
    return this.#choice.inOrder.flatMap((load) =>
      version === null || load.version === version ? (load.statistics ?? []) : [],
    );
  }

  /** Every version that is known, or was loaded not long ago. */
  figures(): readonly VersionFigures[] {
    const entries = new Map(this.index().map((entry) => [entry.version, entry]));
    const loaded = this.#loads.map(({ version }) => version);
    const versions = new Set([...entries.keys(), ...loaded, ...this.#retired.versions]);
    versions.delete('');
    return [...versions].map((version) => {
      const loads = this.#loads.filter((load) => load.version === version);
      return {
        name: this.name,
        version,
        work: loads.map(({ work }) => work).reduce(addedWork, this.#retired.of(version)),
        isReady: entries.get(version)?.state === 'READY',
        isWanted: entries.get(version)?.wanted ?? false,
        loaded: this.named(version)?.figures ?? null,
      };
    });
  }

  #retire(load: Version): void {
    const known = this.#knownVersions();
    this.#retired.add(load.version, load.work, (version) => known.includes(version));
  }

  /** Whether nothing of it is on its way. What is on trial is nobody's concern yet. */
  get isSettled(): boolean {
    return this.#loads.every(
      ({ state, wanted, isTrial }) =>
        (isTrial && wanted) || state === 'ready' || (state === 'failed' && wanted),
    );
  }

  /** Wanted versions that are not as they are wanted, with what stands against it. */
  get failures(): readonly Version[] {
    return this.#live.filter((load) => load.wanted && !load.ready);
  }

  index(): readonly IndexEntry[] {
    const versions = this.#knownVersions();
    const { name, isAsked } = this;
    const { fault } = this.#offered;
    // A model of which no version is known is listed by its name alone, as Triton does.
    if (versions.length === 0 && this.standing === 'new') return [];
    if (versions.length === 0)
      return [{ name, version: '', state: 'UNAVAILABLE', reason: fault ?? '', wanted: isAsked, labels: [] }];
    const labels = Object.entries(this.#offered.labels);
    return versions.map((version) => ({
      name,
      version,
      ...standOf(this.#factsOf(version)),
      labels: labels.filter(([, of]) => of === version).map(([label]) => label),
    }));
  }

  #factsOf(version: string): VersionFacts {
    return {
      loads: this.#live.filter((load) => load.version === version),
      serving: this.serving.get(version) ?? null,
      fault: this.#faultOf(version),
      isAsked: this.isAsked,
      whyNotLoaded: this.#unloaded.has(version) ? 'unloaded' : this.#whyUnwanted(version),
    };
  }

  /** Of a version that was never loaded. */
  #whyUnwanted(version: string): string {
    const { versions, policy } = this.#offered;
    const isThere = versions.some((offer) => offer.version === version);
    const isChosen = wantedOf(this.#offered).some((offer) => offer.version === version);
    if (!this.isAsked || !isThere || isChosen) return '';
    return `not wanted by the version policy ${policyText(policy)}`;
  }

  /** Why its source cannot be used for a version now; null where it can. */
  #faultOf(version: string): string | null {
    const { fault, faults } = this.#offered;
    return fault ?? (Object.hasOwn(faults, version) ? (faults[version] as string) : null);
  }

  #knownVersions(): readonly string[] {
    const offered = this.#offered.versions.map(({ version }) => version);
    const rest = this.#live.map(({ version }) => version);
    return [...new Set([...offered, ...rest, ...Object.keys(this.#offered.faults)])];
  }

  #wants(): readonly OfferedVersion[] {
    return this.isAsked ? wantedOf(this.#offered) : [];
  }

  get #live(): readonly Version[] {
    return this.#loads.filter(({ isTrial }) => !isTrial);
  }

  /** The newest load of just that; null where it is to be loaded anew. */
  #liveLoadOf(offer: OfferedVersion): Version | null {
    return this.#live.findLast((load) => isLoadOf(load, offer) && !load.isStale) ?? null;
  }

  #newTrial(offer: OfferedVersion): Version {
    const trial = this.#newLoad(offer);
    trial.isTrial = true;
    return trial;
  }

  #newLoad(offer: OfferedVersion): Version {
    const load = new Version(offer, this.#around);
    this.#loads.push(load);
    return load;
  }

  /** Where the source, or what it has of a version, cannot be used, what it had before goes on counting. */
  #merged(offered: OfferedModel): OfferedModel {
    const { fault, faults, source, versions } = offered;
    if (fault !== null) return { ...this.#offered, fault, source };
    const isKept = ({ version }: OfferedVersion): boolean =>
      Object.hasOwn(faults, version) && !versions.some((each) => each.version === version);
    return { ...offered, versions: [...versions, ...this.#offered.versions.filter(isKept)] };
  }
}

function isComingBack({ isReturning, state }: Version): boolean {
  return isReturning && (state === 'offered' || state === 'loading');
}

function isLoadOf({ offer }: Version, { version, revision }: OfferedVersion): boolean {
  return offer.version === version && offer.revision === revision;
}

/** What of an offer should be loaded when the model is asked for. */
export function wantedOf({ versions, policy }: OfferedModel): readonly OfferedVersion[] {
  const chosen = chosenVersions(
    versions.map(({ version }) => version),
    policy,
  );
  return versions.filter(({ version }) => chosen.includes(version));
}

/** The models that the steps of what is wanted of it name, where it is an ensemble. */
export function stepNamesOf(offered: OfferedModel): readonly string[] {
  return wantedOf(offered).flatMap(({ ensemble }) => ensemble?.map(({ model }) => model.name) ?? []);
}
