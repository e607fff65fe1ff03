import { clip } from '#core/clip.js';
import type { Clock } from '#core/clock.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import { Listeners } from '#core/listeners.js';
import type { ModelRef } from '#inference/request.js';
import type { ModelStatistics } from '#inference/statistics.js';
import { type ChangePlan, planOf } from './change-plan.js';
import type { Handle } from './handle.js';
import { type LoadOptions, LoadQueue } from './load-queue.js';
import { type IndexEntry, Model, wantedOf } from './model.js';
import type { OfferedModel, OfferedVersion } from './offer.js';
import { type ModelOverview, overviewOf } from './overview.js';
import type { StepModels } from './step-models.js';
import type { Opener, Surroundings, Version } from './version.js';

export type { IndexEntry } from './model.js';
export type { ModelOverview } from './overview.js';

/** Knows every offered model, brings loaded to equal wanted, lends handles to ready versions. */
export class ModelManager {
  readonly #models = new Map<string, Model>();
  readonly #changes = new Listeners();
  readonly #around: Surroundings;
  readonly #queue: LoadQueue;
  readonly #waiters = new Map<Model, Deferred<void>>();
  /** Their sources have them no more. */
  readonly #leaving = new Set<string>();
  /** Null when something has changed since it was told. */
  #index: readonly IndexEntry[] | null = null;

  constructor(offers: readonly OfferedModel[], open: Opener, options: LoadOptions, clock: Clock) {
    this.#around = {
      open,
      onChange: ({ offer: { name } }) => {
        const model = this.#models.get(name);
        this.#changed(model === undefined ? [] : [model]);
      },
      stepModelsOf: (version) => this.#stepModelsOf(version),
      neededBy: ({ offer }) => this.#stepVersions(offer),
      obstacleOf: ({ offer }) => this.#obstacleOf(offer),
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
    for (const offer of offers) this.#models.set(offer.name, new Model(offer, this.#around));
  }

  /** Calls `listener` when any version has changed its state. Answers how to call that off. */
  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** What the sources have of every model. */
  get offered(): readonly OfferedModel[] {
    return [...this.#models.values()].map(({ offered }) => offered);
  }

  /** Takes what a source has of a model now, and begins what follows from it. */
  offer(offered: OfferedModel): void {
    const model = this.#models.get(offered.name);
    this.#leaving.delete(offered.name);
    if (model === undefined) {
      this.#models.set(offered.name, new Model(offered, this.#around));
    } else {
      model.offer(offered);
      this.#advance([model]);
    }
    this.#changed([]);
  }

  /** Its source has it no more: it is unloaded, and then forgotten. */
  async withdraw(name: string): Promise<void> {
    const model = this.#models.get(name);
    if (model === undefined) return;
    model.isAsked = false;
    this.#leaving.add(name);
    await this.#settle([model]);
    // It may have come back meanwhile.
    if (this.#leaving.delete(name)) this.#models.delete(name);
    this.#changed([]);
  }

  /** Whether the model is meant to be loaded. */
  isAsked(name: string): boolean {
    return this.#models.get(name)?.isAsked ?? false;
  }

  /** Wants these models, or every one, and settles when each version that is wanted is ready or has failed. */
  async loadAll(names: readonly string[] = [...this.#models.keys()]): Promise<void> {
    const models = names.flatMap((name) => this.#models.get(name) ?? []);
    for (const model of models) model.isAsked = true;
    await this.#settle(models);
  }

  /**
   * Wants a model, and all models that it is made of, and settles when they are ready. What failed is tried again.
   * Throws, in Triton's words, NOT_FOUND, or INVALID_ARGUMENT with the reasons when one failed.
   *
   * @param isForced its versions are loaded again though nothing has changed
   */
  async load(name: string, { isForced = false }: { readonly isForced?: boolean } = {}): Promise<void> {
    const model = this.#models.get(name);
    if (model === undefined) {
      throw new ServingError(
        'NOT_FOUND',
        `failed to load '${clip(name)}', failed to poll from model repository: no model of that name is configured`,
      );
    }
    const meant = [...this.#neededModels(model), model];
    if (isForced) model.force();
    for (const each of meant) {
      each.isAsked = true;
      each.forgive();
    }
    await this.#settle(meant);
    this.#throwFailures(model);
  }

  /** Wants no version of a model, and none of those it is made of where that is asked; settles when they are gone. Throws NOT_FOUND, at once. */
  unload(
    name: string,
    { withDependents = false }: { readonly withDependents?: boolean } = {},
  ): Promise<void> {
    const model = this.#modelOf(name);
    const models = withDependents ? [model, ...this.#neededModels(model)] : [model];
    for (const each of models) each.isAsked = false;
    return this.#settle(models);
  }

  /**
   * What would happen if this were offered from now on, in place of all that is.
   *
   * @param loadsNew whether models that are not offered now are loaded
   */
  plan(offers: readonly OfferedModel[], loadsNew: boolean): ChangePlan {
    return planOf(this.offered, offers, (name) => this.#models.get(name)?.isAsked ?? loadsNew);
  }

  /**
   * Offers this from now on, in place of all that is: all of it or, where something of it cannot be loaded, nothing. What is
   * new is loaded first, beside what serves. Rejects with INVALID_ARGUMENT and the reasons when nothing was changed.
   */
  async apply(offers: readonly OfferedModel[], loadsNew: boolean): Promise<void> {
    const added = offers.filter(({ name }) => !this.#models.has(name));
    const trials: Version[] = [];
    const touched: Model[] = [];
    for (const offer of offers) {
      const known = this.#models.get(offer.name);
      if (!(known?.isAsked ?? loadsNew)) continue;
      const model = known ?? new Model({ ...offer, versions: [] }, this.#around);
      this.#models.set(offer.name, model);
      trials.push(...model.tryOut(offer));
      touched.push(model);
    }
    await this.#settle(touched);
    const failed = trials.filter(({ state }) => state !== 'ready');
    if (failed.length > 0) {
      for (const trial of trials) trial.wanted = false;
      await this.#settle(touched);
      for (const { name } of added) this.#models.delete(name);
      this.#changed([]);
      throw new ServingError('INVALID_ARGUMENT', `nothing was changed: ${failed.map(sentenceOf).join('; ')}`);
    }
    for (const trial of trials) trial.isTrial = false;
    const names = new Set(offers.map(({ name }) => name));
    const gone = [...this.#models.keys()].filter((name) => !names.has(name));
    for (const offer of offers) {
      const model = this.#models.get(offer.name) ?? new Model(offer, this.#around);
      this.#models.set(offer.name, model);
      model.offer(offer);
    }
    if (loadsNew) for (const { name } of added) (this.#models.get(name) as Model).isAsked = true;
    await Promise.all([this.#settle(touched), ...gone.map((name) => this.withdraw(name))]);
  }

  /**
   * Unloads everything, and settles when it is gone. What is still loading is waited for, because an engine cannot be
   * stopped in the middle of that.
   */
  stop(): Promise<void> {
    const models = [...this.#models.values()];
    for (const model of models) model.isAsked = false;
    return this.#settle(models);
  }

  /**
   * Lends the version that is meant. Throws NOT_FOUND or UNAVAILABLE. The borrower releases it.
   *
   * @param key requests with the same key that name no version get the same one; null where they need not
   */
  acquire({ name, version }: ModelRef, key: string | null = null): Handle {
    const model = this.#modelOf(name);
    const found = version === null ? model.usual(key) : model.named(version);
    if (found === null) throw this.#cannotServe(model, version);
    return found.borrow();
  }

  /** What the version that is meant says of itself, the newest where none is. Throws NOT_FOUND or UNAVAILABLE. */
  describe({ name, version }: ModelRef): Pick<Handle, 'metadata' | 'deployment'> {
    const model = this.#modelOf(name);
    const found = version === null ? model.newest : model.named(version);
    if (found === null) throw this.#cannotServe(model, version);
    const handle = found.borrow();
    handle.release();
    return handle;
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
    if (found.length === 0) throw this.#cannotServe(model, ref.version);
    return found;
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
    this.#queue.begin();
    this.#changed(models);
    for (const model of models) {
      if (!model.isSettled || model.loads.some((load) => this.#queue.isToBeRetried(load))) continue;
      this.#waiters.get(model)?.resolve();
      this.#waiters.delete(model);
    }
  }

  /** Something has become of these. What ensembles can do depends on others. */
  #changed(models: readonly Model[]): void {
    for (const model of models) model.changed();
    for (const model of this.#models.values()) if (model.needsOthers) model.changed();
    this.#index = null;
    this.#changes.tell();
  }

  /** Something has become of a load. */
  #again({ offer: { name } }: Version): void {
    const model = this.#models.get(name);
    if (model !== undefined) this.#advance([model]);
  }

  #forget(model: Model, load: Version): void {
    this.#queue.forget(load);
    model.forget(load);
    if (load.state === 'gone') this.#advance([model]);
  }

  #throwFailures(model: Model): void {
    const { failures } = model;
    const missing = model.missing;
    if (failures.length === 0 && missing.length === 0 && model.offered.fault === null) return;
    const reasons = [
      ...failures.map(sentenceOf),
      ...missing.map((version) => `version ${version} is not there`),
      ...(model.offered.fault === null ? [] : [model.offered.fault]),
    ];
    throw new ServingError(
      'INVALID_ARGUMENT',
      `load failed for model '${model.name}': ${reasons.join('; ')}`,
    );
  }

  /** The version a reference means, ready or not; null where nothing of it is loaded. Throws NOT_FOUND. */
  #find({ name, version }: ModelRef): Version | null {
    const model = this.#modelOf(name);
    if (version === null) return model.newest;
    if (model.versionNamed(version) === null) throw unknownVersion(model, version);
    return model.named(version);
  }

  /** Why the version that is meant cannot serve. */
  #cannotServe(model: Model, version: string | null): ServingError {
    const meant = version === null ? model.whichWouldServe : model.versionNamed(version);
    if (meant === null) return version === null ? nothingOf(model) : unknownVersion(model, version);
    const load = model.named(meant);
    const { fault } = model.offered;
    const why = load === null && fault !== null && model.isAsked ? fault : 'it is not loaded';
    return new ServingError(
      'UNAVAILABLE',
      load?.notReadySentence() ?? `model '${model.name}' version ${meant} is not at ready state: ${why}`,
    );
  }

  /** On trial, an ensemble runs on what is on trial with it. */
  #stepModelsOf(version: Version): StepModels {
    return {
      acquire: (ref) => {
        const onTrial = version.isTrial ? this.#models.get(ref.name)?.onTrial(ref.version) : null;
        return onTrial?.borrow() ?? this.acquire(ref);
      },
    };
  }

  /** The models that the steps of a model lead to, directly or not. */
  #neededModels(start: Model): readonly Model[] {
    const found = new Set<Model>();
    const left = [start];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      for (const { ensemble } of wantedOf(next.offered)) {
        for (const { model } of ensemble ?? []) {
          const needed = this.#models.get(model.name);
          if (needed === undefined || needed === start || found.has(needed)) continue;
          found.add(needed);
          left.push(needed);
        }
      }
    }
    return [...found];
  }

  /** The versions that may run the steps of an ensemble; none for a model of its own. */
  #stepVersions({ ensemble }: OfferedVersion): readonly Version[] {
    const found = (ensemble ?? []).flatMap(({ model: { name, version } }) =>
      (this.#models.get(name)?.loads ?? []).filter((each) => version === null || each.version === version),
    );
    return [...new Set(found)];
  }

  /** Why a loaded ensemble cannot serve now; null where it can, and for a model of its own. */
  #obstacleOf({ ensemble }: OfferedVersion): string | null {
    for (const [at, { model: ref }] of (ensemble ?? []).entries()) {
      const model = this.#models.get(ref.name);
      if (model === undefined) return `step[${at}] cannot run, because there is no model '${ref.name}'`;
      const found = ref.version === null ? model.newest : model.named(ref.version);
      if (found?.ready !== true)
        return `step[${at}] cannot run, because ${found?.notReadySentence() ?? this.#cannotServe(model, ref.version).message}`;
    }
    return null;
  }

  #modelOf(name: string): Model {
    const model = this.#models.get(name);
    if (model === undefined)
      throw new ServingError('NOT_FOUND', `Request for unknown model: '${clip(name)}' is not found`);
    return model;
  }
}

function sentenceOf({ version, indexState, reason }: Version): string {
  return `version ${version} is at ${indexState} state: ${reason}`;
}

function nothingOf({ name, offered }: Model): ServingError {
  const why = offered.fault ?? 'it has no version';
  return new ServingError('UNAVAILABLE', `model '${name}' is not at ready state: ${why}`);
}

function unknownVersion(model: Model, version: string): ServingError {
  const known = model.offered.versions.map((each) => each.version).join(', ');
  const labels = Object.entries(model.offered.labels).map(([label, of]) => `${label} (${of})`);
  const has = [known, ...labels].filter((each) => each !== '').join(', ');
  const text = `Request for unknown model: '${clip(model.name)}' version ${clip(version)} is not found; it has ${has}`;
  return new ServingError('NOT_FOUND', text);
}
