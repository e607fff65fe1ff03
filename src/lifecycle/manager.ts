import type { Clock } from '#core/clock.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { Listeners } from '#core/listeners.js';
import type { ModelRef, SequenceRef } from '#inference/request.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { VersionFigures } from '#inference/version-figures.js';
import { cannotServe, failedToPoll, unknownModel, unknownVersion } from './cannot-serve.js';
import { type ChangePlan, planOf } from './change-plan.js';
import type { Handle } from './handle.js';
import type { IndexEntry } from './index-entry.js';
import { throwFailures, unloadedMeanwhile } from './load-failure.js';
import { type LoadOptions, LoadQueue } from './load-queue.js';
import { Model } from './model.js';
import { ModelGraph } from './model-graph.js';
import type { OfferedModel } from './offer.js';
import { OfferChanges, type OfferedHouse, shuttingDown } from './offer-changes.js';
import { type ModelOverview, overviewOf } from './overview.js';
import type { Opener, Surroundings, Version } from './version.js';

export type { IndexEntry } from './index-entry.js';
export type { ModelOverview } from './overview.js';

/** Knows every offered model, brings loaded to equal wanted, lends handles to ready versions. */
export class ModelManager {
  readonly #models = new Map<string, Model>();
  readonly #graph = new ModelGraph(this.#models);
  readonly #changes = new Listeners();
  readonly #around: Surroundings;
  readonly #queue: LoadQueue;
  readonly #waiters = new Map<Model, Deferred<void>>();
  readonly #offers: OfferChanges;
  #isStopped = false;
  /** Those whose readiness may depend on others; null when it is to be found out anew. Kept, since every step of every load asks. */
  #ensembles: readonly Model[] | null = null;
  /** Null when something has changed since it was told. */
  #index: readonly IndexEntry[] | null = null;

  constructor(offers: readonly OfferedModel[], open: Opener, options: LoadOptions, clock: Clock) {
    const graph = this.#graph;
    this.#around = {
      open,
      clock,
      onChange: ({ offer: { name } }) => this.#changed(name),
      onLost: (version) => {
        this.#again(version);
        void version.gone.then(() => this.#again(version));
      },
      stepModelsOf: (version) => graph.stepModelsOf(version),
      neededBy: (version) => graph.neededBy(version),
      obstacleOf: (version) => graph.obstacleOf(version),
    };
    this.#queue = new LoadQueue({
      options,
      clock,
      onEnd: (load) => this.#again(load),
      onRetry: (failed) => {
        this.#models.get(failed.offer.name)?.retry(failed);
        this.#again(failed);
      },
    });
    this.#offers = new OfferChanges(this.#house(options, clock));
    for (const offer of offers) this.#models.set(offer.name, new Model(offer, this.#around));
  }

  /** Calls `listener` when any version has changed its state. Answers how to call that off. */
  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** What the sources have of every model. */
  get offered(): readonly OfferedModel[] {
    return this.#standing.map(({ offered }) => offered);
  }

  /** What is offered of a model, another object after each change; null where nothing is. */
  offeredOf(name: string): OfferedModel | null {
    const model = this.#models.get(name);
    return model?.standing === 'offered' ? model.offered : null;
  }

  /** The paths of the model files of all that is offered or loaded. */
  get filesInUse(): ReadonlySet<string> {
    const offered = this.offered.flatMap(({ versions }) => versions.map(({ path }) => path));
    return new Set([...offered, ...this.#all.flatMap((model) => model.paths)]);
  }

  /**
   * Takes what a source has of a model now, and begins what follows from it; where another change is being tried out, after
   * that. Where ensembles that serve are made of it, it is taken if they run on it, and otherwise has the reason as its fault.
   */
  offer(offered: OfferedModel): void {
    this.offerAll([offered], () => false);
  }

  /**
   * The same of several models, which may need each other.
   *
   * @param loadsNew which of them are wanted where they were not offered before
   */
  offerAll(offers: readonly OfferedModel[], loadsNew: (name: string) => boolean): void {
    this.#offers.offer(offers, loadsNew);
  }

  /** Settles when it is decided what is offered of a model; null where it is. */
  decided(name: string): Promise<void> | null {
    return this.#offers.pending(name)?.then(() => this.decided(name) ?? undefined) ?? null;
  }

  /**
   * Its source has it no more: it is unloaded, and then forgotten. Settles when it is gone, or is offered again; nobody has
   * asked for it then.
   */
  async withdraw(name: string): Promise<void> {
    const waited = this.#offers.withdraw(name);
    if (waited !== null && !(await waited)) return;
    const model = this.#models.get(name);
    if (model === undefined) return;
    model.leave();
    await this.#settle([model]);
  }

  /** Lists them in this order from now on, and those that are not named after them. */
  arrange(names: readonly string[]): void {
    const inOrder = [...names, ...this.#models.keys()].flatMap((name) => this.#models.get(name) ?? []);
    this.#models.clear();
    for (const model of inOrder) if (!this.#models.has(model.name)) this.#models.set(model.name, model);
    this.#index = null;
  }

  /** Whether all models that a model is made of, directly or not, are offered. */
  hasSteps(name: string): boolean {
    const model = this.#models.get(name);
    return model === undefined || this.#graph.isWhole(model);
  }

  /** Whether the model is meant to be loaded. */
  isAsked(name: string): boolean {
    return this.#models.get(name)?.isAsked ?? false;
  }

  /**
   * Wants these models, or every one, and all that they are made of, and settles when each version that is wanted is ready
   * or has failed.
   */
  async loadAll(names: readonly string[] = this.offered.map(({ name }) => name)): Promise<void> {
    if (this.#isStopped) return;
    const asked = new Set(names);
    const models = this.#graph.withNeeded(this.#standing.filter(({ name }) => asked.has(name)));
    for (const model of models) model.isAsked = true;
    await this.#settle(models);
  }

  /**
   * Wants a model, and all models that it is made of, and settles when they are ready. What failed is tried again.
   * Throws, in Triton's words, NOT_FOUND, INVALID_ARGUMENT with the reasons when one failed, or UNAVAILABLE when it was
   * unloaded meanwhile.
   *
   * @param isForced its versions are loaded again though nothing has changed
   */
  async load(name: string, { isForced = false }: { readonly isForced?: boolean } = {}): Promise<void> {
    const decided = this.decided(name);
    if (decided !== null) await decided;
    if (this.#isStopped) throw shuttingDown();
    const model = this.#models.get(name);
    if (model?.standing !== 'offered') throw failedToPoll(name);
    const meant = this.#graph.withNeeded([model]);
    if (isForced) model.force();
    for (const each of meant) {
      each.isAsked = true;
      each.forgive();
    }
    // Another one may have begun something anew just when it was settled.
    do await this.#settle(meant);
    while (!meant.every((each) => this.#isQuiet(each)));
    if (!model.isAsked) throw this.#isStopped ? shuttingDown() : unloadedMeanwhile(model);
    throwFailures(model);
  }

  /** Wants no version of a model, and none of those it is made of where that is asked; settles when they are gone. Throws NOT_FOUND, at once. */
  unload(
    name: string,
    { withDependents = false }: { readonly withDependents?: boolean } = {},
  ): Promise<void> {
    const model = this.#modelOf(name);
    const models = withDependents ? this.#graph.withNeeded([model]) : [model];
    for (const each of models) each.isAsked = false;
    return this.#settle(models);
  }

  /**
   * What would happen if this were offered from now on, in place of all that is.
   *
   * @param loadsNew whether models that are not offered now are loaded
   */
  plan(offers: readonly OfferedModel[], loadsNew: boolean): ChangePlan {
    return planOf(this.offered, offers, (name) => this.#isAskedThen(name, loadsNew));
  }

  /**
   * Offers this from now on, in place of all that is: all of it or, where something of it cannot be loaded, nothing. What is
   * new is loaded first, beside what serves, and ensembles that stay as they are must run on it. Settles when it serves; what
   * it replaces leaves behind it. Rejects with INVALID_ARGUMENT and the reasons when nothing was changed. Changes are tried
   * out one after the other.
   *
   * @returns why something could not be loaded that there was no room for beside what served; all is changed then
   */
  apply(offers: readonly OfferedModel[], loadsNew: boolean): Promise<readonly string[]> {
    return this.#offers.apply(offers, (name) => this.#isAskedThen(name, loadsNew));
  }

  /**
   * Unloads everything, and settles when it is gone. What is still loading is waited for, because an engine cannot be
   * stopped in the middle of that. Nothing is loaded any more.
   */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#offers.stop();
    const models = this.#all;
    for (const model of models) model.isAsked = false;
    return this.#settle(models);
  }

  /**
   * Lends the version that is meant. Throws NOT_FOUND or UNAVAILABLE. The borrower releases it.
   *
   * @param sequence requests of the same one that name no version get the same version; null for one that stands for itself
   */
  acquire({ name, version }: ModelRef, sequence: SequenceRef['id'] | null = null): Handle {
    const model = this.#modelOf(name);
    const found = version === null ? model.usual(sequence) : model.named(version);
    if (found?.ready !== true) throw cannotServe(model, version);
    const handle = found.borrow();
    return version === null ? model.shadowed(handle) : handle;
  }

  /** What the version that is meant says of itself, the newest where none is, and its model. Throws NOT_FOUND or UNAVAILABLE. */
  describe({
    name,
    version,
  }: ModelRef): Pick<Handle, 'metadata' | 'deployment'> & Pick<OfferedModel, 'policy'> {
    const model = this.#modelOf(name);
    const found = version === null ? model.newest : model.named(version);
    if (found === null) throw cannotServe(model, version);
    const handle = found.borrow();
    handle.release();
    return { ...handle, policy: model.offered.policy };
  }

  /** Whether the version that is meant is ready. Throws NOT_FOUND. */
  isReady(ref: ModelRef): boolean {
    return this.#find(ref)?.ready ?? false;
  }

  /** The versions of a model that are ready, as listed. Throws NOT_FOUND. */
  readyVersions(name: string): readonly string[] {
    return this.#modelOf(name)
      .index()
      .flatMap(({ version, state }) => (state === 'READY' ? [version] : []));
  }

  /**
   * What the ready versions have done: of every model (null), of one model, or one version of it. Throws NOT_FOUND, and
   * UNAVAILABLE where a model is named of which nothing is ready.
   */
  statistics(ref: ModelRef | null): readonly ModelStatistics[] {
    if (ref === null) return [...this.#models.values()].flatMap((model) => model.statistics(null));
    const model = this.#modelOf(ref.name);
    this.#find(ref);
    const found = model.statistics(ref.version === null ? null : model.versionNamed(ref.version));
    if (found.length === 0) throw cannotServe(model, ref.version);
    return found;
  }

  /** Every version as it is now, with what all its loads have done. From memory only. */
  figures(): readonly VersionFigures[] {
    return this.#all.filter(({ standing }) => standing !== 'new').flatMap((model) => model.figures());
  }

  /** Every model as it is now. From memory only. */
  overview(): readonly ModelOverview[] {
    return [...this.#models.values()].map(overviewOf);
  }

  index(): readonly IndexEntry[] {
    this.#index ??= [...this.#models.values()].flatMap((model) => model.index());
    return this.#index;
  }

  /** Settles when nothing of these models is on its way. Others may be on their way for long, and are not waited for. */
  async #settle(models: readonly Model[]): Promise<void> {
    const settled = models.map((model) => {
      const waiter = this.#waiters.get(model) ?? deferred<void>();
      this.#waiters.set(model, waiter);
      return waiter.promise;
    });
    this.#advance(models);
    await Promise.all(settled);
  }

  /** Takes the steps that bring models nearer to what is wanted of them. Loading and unloading never reject. */
  #advance(models: readonly Model[]): void {
    for (const model of models) {
      for (const { kind, load } of model.steps()) {
        if (kind === 'load') this.#queue.add(load);
        if (kind === 'unload') void load.unload().then(() => this.#forget(model, load));
        if (kind === 'forget') this.#forget(model, load);
      }
    }
    if (models.some(({ needsOthers }) => needsOthers)) this.#ensembles = null;
    this.#queue.begin();
    this.#index = null;
    this.#changes.tell();
    for (const model of models) {
      if (!this.#isQuiet(model)) continue;
      if (model.isOver) this.#remove(model);
      this.#waiters.get(model)?.resolve();
      this.#waiters.delete(model);
    }
  }

  /** Whether nothing of it is on its way, or will be by itself. */
  #isQuiet(model: Model): boolean {
    return model.isSettled && !model.loads.some((load) => this.#queue.isToBeRetried(load));
  }

  /** Something has become of a load. */
  #again({ offer: { name } }: Version): void {
    const model = this.#models.get(name);
    if (model !== undefined) this.#advance([model]);
  }

  #forget(model: Model, load: Version): void {
    this.#queue.forget(load);
    load.giveUp();
    model.forget(load);
    if (load.state === 'gone') this.#advance([model]);
  }

  #remove(model: Model): void {
    // Another may have come in its place.
    if (this.#models.get(model.name) !== model) return;
    this.#models.delete(model.name);
    this.#changed();
  }

  /** What can serve is found anew, of all models or of one and the ensembles that may need it; and whoever listens hears of it. */
  #changed(name: string | null = null): void {
    if (name === null) {
      this.#ensembles = null;
      for (const model of this.#models.values()) model.changed();
    } else {
      this.#ensembles ??= this.#all.filter(({ needsOthers }) => needsOthers);
      this.#models.get(name)?.changed();
      for (const model of this.#ensembles) model.changed();
    }
    this.#index = null;
    this.#changes.tell();
  }

  #house({ retry }: LoadOptions, clock: Clock): OfferedHouse {
    const manager = this;
    return {
      models: this.#models,
      graph: this.#graph,
      clock,
      retry,
      get offered() {
        return manager.offered;
      },
      get isStopped() {
        return manager.#isStopped;
      },
      modelFor: (offered) => this.#modelFor(offered),
      advance: (models) => this.#advance(models),
      settle: (models) => this.#settle(models),
      changed: () => this.#changed(),
    };
  }

  get #all(): readonly Model[] {
    return [...this.#models.values()];
  }

  /** Those that are offered now. */
  get #standing(): readonly Model[] {
    return this.#all.filter(({ standing }) => standing === 'offered');
  }

  #isAskedThen(name: string, loadsNew: boolean): boolean {
    const model = this.#models.get(name);
    return model?.standing === 'offered' ? model.isAsked : loadsNew;
  }

  #modelFor(offered: OfferedModel): Model {
    const model =
      this.#models.get(offered.name) ?? new Model({ ...offered, versions: [] }, this.#around, 'new');
    this.#models.set(offered.name, model);
    return model;
  }

  /** The version a reference means, ready or not; null where nothing of it is loaded. Throws NOT_FOUND. */
  #find({ name, version }: ModelRef): Version | null {
    const model = this.#modelOf(name);
    if (version === null) return model.newest;
    if (model.versionNamed(version) === null) throw unknownVersion(model.offered, version);
    return model.named(version);
  }

  /** Throws NOT_FOUND for a model that is not offered. */
  checkKnown(name: string): void {
    this.#modelOf(name);
  }

  #modelOf(name: string): Model {
    const model = this.#models.get(name);
    if (model === undefined || model.standing === 'new') throw unknownModel(name);
    return model;
  }
}
