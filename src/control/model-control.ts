import { clip } from '#core/clip.js';
import type { Clock } from '#core/clock.js';
import { invalid, messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { ModelManager } from '#lifecycle/manager.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import { BroughtModels } from './brought-models.js';
import { InTurn } from './in-turn.js';
import { KnownSources } from './known-sources.js';
import { type LoadRequest, PLAIN_LOAD, type UnloadRequest } from './load-request.js';
import type { ModelSource } from './model-source.js';
import { type ControlOptions, followsFiles } from './options.js';
import type { Overrides } from './overrides.js';
import { type PlanReport, type Rereading, reportOf } from './plan-report.js';
import { afterReload, NO_RELOADS, type ReloadCounts } from './reload-count.js';
import type { SourceState } from './source-state.js';

const log = loggerOf('control');

export interface ControlParts {
  readonly models: ModelManager;
  readonly sources: readonly ModelSource[];
  readonly options: ControlOptions;
  readonly clock: Clock;
  readonly overrides: Overrides;
  /** Reads the configuration again. */
  readonly reread: () => Promise<Rereading>;
}

/** Keeps what is wanted in step with what exists and with what is asked for. */
export class ModelControl {
  readonly #parts: ControlParts;
  readonly #sources: KnownSources;
  /** What clients ask of one model happens in their order, and changes of what is offered one after the other. */
  readonly #turns = new InTurn();
  readonly #brought: BroughtModels;
  /** What was offered last of each model that the sources told of. */
  readonly #taken = new Map<string, OfferedModel>();
  /** Those that are loaded without being asked for, and were. */
  readonly #begun = new Set<string>();
  /** Loads that nobody asked for and that are on their way. */
  readonly #loads = new Set<Promise<void>>();
  /** Settles when the changes of all that are under way are over; null where none is. */
  #reloading: Promise<unknown> | null = null;
  #doubles = '';
  #hasLooked = false;
  #reloads = NO_RELOADS;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    const { models, overrides, sources, options, clock } = parts;
    this.#brought = new BroughtModels(models, overrides);
    this.#sources = new KnownSources({
      sources,
      options,
      clock,
      onNews: () => this.#take(),
      alone: (work) => this.#turns.alone(async () => work()),
    });
  }

  /** Whether each source has been looked at, or could not be: before that, what is not known may yet be found. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** What is known of each source, in the order in which they count. */
  get sources(): readonly SourceState[] {
    return this.#sources.states;
  }

  /** What has become of the reloads until now. */
  get reloads(): ReloadCounts {
    return this.#reloads;
  }

  /**
   * Looks at the sources, each model being loaded as soon as it is found, and settles when all that is loaded at the start is
   * ready or has failed.
   */
  async start(): Promise<void> {
    await this.#turns.alone(() => this.#sources.begin(() => this.#take()));
    if (this.#sources.isStopped) return;
    this.#reloads = { ...this.#reloads, lastSuccessMs: this.#parts.clock.epochMs() };
    this.#hasLooked = true;
    this.#take();
    // Not in the order in which they happened to arrive.
    this.#parts.models.arrange(this.#sources.merged.models.map(({ name }) => name));
    const { startWith } = this.#parts.options;
    if (!this.#loadsNew) this.#loadEach((startWith ?? []).filter((name) => !this.#begun.has(name)));
    this.#sources.follow();
    await Promise.all(this.#loads);
  }

  /**
   * Settles when the model is ready. Rejects with UNAVAILABLE where files decide, with NOT_FOUND where no source has it, else
   * as `ModelManager.load`.
   */
  async load(name: string, request: LoadRequest = PLAIN_LOAD): Promise<void> {
    this.#checkMode();
    let loaded = Promise.resolve();
    await this.#turns.of(name, async () => {
      const { models, overrides } = this.#parts;
      const found = await this.#found(name);
      if (overrides.isAsked(request)) {
        const offered = await overrides.offerOf(name, request, found);
        loaded = this.#brought.tryOut(offered, request.isForced);
      } else {
        if (found !== null) this.#brought.giveBack(name, found);
        else if (models.offered.some((known) => known.name === name) && !this.#brought.has(name))
          throw noLongerThere(name);
        loaded = models.load(name, { isForced: request.isForced });
      }
      loaded.catch(() => {});
    });
    await loaded;
  }

  /** Starts the unloading and does not wait for it. Throws NOT_FOUND, and UNAVAILABLE where files decide. */
  unload(name: string, options: UnloadRequest): void {
    this.#checkMode();
    const { models } = this.#parts;
    models.checkKnown(name);
    void this.#turns
      .of(name, async () => {
        void models.unload(name, options);
        for (const each of this.#brought.left)
          void this.#turns
            .of(each, () => this.#forget(each))
            .catch((thrown: unknown) =>
              log.warn(`model '${each}' keeps what a load gave it: ${messageOf(thrown)}`),
            );
        // An unload before this one may have made an end of a model that no source has.
      })
      .catch((thrown: unknown) => log.debug(messageOf(thrown)));
  }

  /** What `reload` would do. */
  plan(): Promise<PlanReport> {
    return this.#turns.alone(async () => (await this.#read()).report);
  }

  /** Does what the configuration and the sources say now, all of it or nothing. Rejects with INVALID_ARGUMENT where nothing was changed. */
  async reload(): Promise<PlanReport> {
    let isGood = false;
    const applied = this.#turns.alone(() => this.#apply());
    const over = applied.catch(() => {});
    this.#reloading = over;
    try {
      const report = await applied;
      isGood = true;
      return report;
    } finally {
      if (this.#reloading === over) this.#reloading = null;
      this.#reloads = afterReload(this.#reloads, isGood, this.#parts.clock.epochMs());
    }
  }

  async #apply(): Promise<PlanReport> {
    const { report, offers, accept } = await this.#read();
    if (!report.canApply) {
      const problems = report.problems.map(({ text }) => text).join('; ');
      throw new ServingError('INVALID_ARGUMENT', `nothing was changed: ${problems}`);
    }
    const failures = await this.#parts.models.apply(offers, this.#loadsNew);
    accept();
    // What is offered now is what the sources have.
    this.#brought.clear();
    this.#taken.clear();
    for (const offered of offers) {
      this.#taken.set(offered.name, offered);
      if (this.#parts.models.isAsked(offered.name)) this.#begun.add(offered.name);
    }
    const { load, change, unload, route, keep } = report;
    log.info(
      `the configuration was applied: ${load.length} loaded, ${change.length} changed, ${unload.length} unloaded, ${route.length} rerouted, ${keep} kept`,
    );
    if (failures.length > 0)
      throw invalid(
        `all was changed, and what there was no room to try out failed then: ${failures.join('; ')}; what served before is loaded again where that is possible`,
      );
    return report;
  }

  /** Looks no more. */
  stop(): Promise<void> {
    return this.#sources.stop();
  }

  /** What a load brought for a model that is unloaded counts no more. */
  async #forget(name: string): Promise<void> {
    if (!this.#brought.left.includes(name)) return;
    this.#brought.giveBack(name, await this.#sources.one(name));
  }

  get #loadsNew(): boolean {
    const { startWith, mode } = this.#parts.options;
    return startWith === null || mode !== 'explicit';
  }

  #checkMode(): void {
    if (this.#parts.options.mode === 'explicit') return;
    throw new ServingError(
      'UNAVAILABLE',
      'explicit model load / unload is not allowed if polling is enabled',
    );
  }

  /** The model as a source has it now; null where none has. A change of all that is under way may bring it yet. */
  async #found(name: string): Promise<OfferedModel | null> {
    const found = await this.#sources.one(name);
    if (found !== null || this.#reloading === null) return found;
    await this.#reloading;
    return this.#sources.one(name);
  }

  async #read(): Promise<{ report: PlanReport; offers: readonly OfferedModel[]; accept: () => void }> {
    const { models, reread } = this.#parts;
    const { problems, restart, accept, source } = await reread();
    if (problems.length > 0) return { report: reportOf(problems, null, restart), offers: [], accept };
    const read = await this.#sources.read(source);
    return {
      report: reportOf([], models.plan(read.models, this.#loadsNew), restart),
      offers: read.models,
      accept: () => {
        accept();
        read.accept();
      },
    };
  }

  /** Offers what the sources have now, lets go what has left them, and loads what is loaded by itself. */
  #take(): void {
    if (this.#sources.isStopped) return;
    const { models: found, doubles } = this.#sources.merged;
    if (this.#hasLooked) this.#warnOfDoubles(doubles);
    const fresh = found.filter(
      (offered) => this.#taken.get(offered.name) !== offered && !this.#brought.has(offered.name),
    );
    for (const offered of fresh) this.#taken.set(offered.name, offered);
    const { models } = this.#parts;
    // What is new and is loaded comes with what needs it.
    if (fresh.length > 0) models.offerAll(fresh, (name) => this.#hasLooked && this.#loadsByItself(name));
    if (this.#hasLooked && followsFiles(this.#parts.options.mode)) this.#letGo(found);
    this.#loadThoseOf(found);
  }

  /** A source says itself how long it believes that something may come back. */
  #letGo(found: readonly OfferedModel[]): void {
    const names = new Set(found.map(({ name }) => name));
    for (const { name } of this.#parts.models.offered) {
      if (names.has(name)) continue;
      this.#taken.delete(name);
      this.#begun.delete(name);
      void this.#parts.models.withdraw(name);
    }
  }

  /** As long as not all sources have answered, an ensemble waits for the models of its steps to be found. */
  #loadThoseOf(found: readonly OfferedModel[]): void {
    const { models } = this.#parts;
    const names = found
      .map(({ name }) => name)
      .filter((name) => this.#loadsByItself(name))
      .filter((name) => this.#hasLooked || models.hasSteps(name));
    if (names.length === 0) return;
    for (const name of names) this.#begun.add(name);
    if (this.#loadsNew) this.#follow(models.loadAll(names));
    else this.#loadEach(names);
  }

  /** Whether a model is loaded once it is found, without being asked for. */
  #loadsByItself(name: string): boolean {
    if (this.#begun.has(name)) return false;
    return this.#loadsNew || (this.#parts.options.startWith?.includes(name) ?? false);
  }

  /** Each with the models that it is made of. */
  #loadEach(names: readonly string[]): void {
    for (const name of names) {
      const loaded = this.#parts.models.load(name);
      this.#follow(loaded.catch((thrown: unknown) => log.error(messageOf(thrown))));
    }
  }

  #follow(load: Promise<void>): void {
    this.#loads.add(load);
    void load.then(() => this.#loads.delete(load));
  }

  #warnOfDoubles(doubles: ReadonlyMap<string, readonly string[]>): void {
    const text = [...doubles].map(([name, places]) => `'${name}' in ${places.join(' and ')}`).join('; ');
    if (text !== '' && text !== this.#doubles)
      log.warn(`of models that are in several places the first counts: ${text}`);
    this.#doubles = text;
  }
}

/** In Triton's words. What is loaded of it goes on serving. */
function noLongerThere(name: string): ServingError {
  return new ServingError(
    'NOT_FOUND',
    `failed to load '${clip(name)}', failed to poll from model repository: no model of that name is there any more`,
  );
}
