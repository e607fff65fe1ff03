import { clip } from '#core/clip.js';
import type { Clock, Timer } from '#core/clock.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { ModelManager } from '#lifecycle/manager.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import { BroughtModels } from './brought-models.js';
import { type LoadRequest, PLAIN_LOAD, type UnloadRequest } from './load-request.js';
import { merged } from './merged.js';
import type { ModelSource } from './model-source.js';
import { type ControlOptions, followsFiles } from './options.js';
import type { Overrides } from './overrides.js';
import { type PlanReport, type Rereading, reportOf } from './plan-report.js';
import { afterReload, NO_RELOADS, type ReloadCounts } from './reload-count.js';

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
  readonly #stop = new AbortController();
  readonly #unwatch: (() => void)[] = [];
  #timer: Timer | null = null;
  /** One look at all sources, or one change of all, at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #isDue = false;
  /** What was asked of each model last and is on its way. */
  readonly #asked = new Map<string, Promise<void>>();
  readonly #brought: BroughtModels;
  #doubles = '';
  #hasLooked = false;
  #reloads = NO_RELOADS;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#brought = new BroughtModels(parts.models, parts.overrides);
  }

  /** Whether all sources have been looked at: before that, what is not known may yet be found. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** What has become of the reloads until now. */
  get reloads(): ReloadCounts {
    return this.#reloads;
  }

  /** Looks at the sources, and settles when all that is loaded at the start is ready or has failed. */
  async start(): Promise<void> {
    const { models, options } = this.#parts;
    await this.#alone(() => this.#look());
    this.#reloads = { ...this.#reloads, lastSuccessMs: this.#parts.clock.epochMs() };
    if (this.#stop.signal.aborted) return;
    const { startWith, mode } = options;
    const loaded = startWith === null || mode !== 'explicit' ? models.loadAll() : this.#loadEach(startWith);
    if (followsFiles(mode)) this.#follow();
    await loaded;
  }

  /**
   * Settles when the model is ready. Rejects with UNAVAILABLE where files decide, with NOT_FOUND where no source has it, else
   * as `ModelManager.load`.
   */
  async load(name: string, request: LoadRequest = PLAIN_LOAD): Promise<void> {
    this.#checkMode();
    let loaded = Promise.resolve();
    await this.#inOrder(name, async () => {
      const { models, overrides } = this.#parts;
      const found = await this.#one(name);
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
    void this.#inOrder(name, async () => {
      void models.unload(name, options);
      for (const each of this.#brought.left)
        void this.#inOrder(each, () => this.#forget(each)).catch((thrown: unknown) =>
          log.warn(`model '${each}' keeps what a load gave it: ${messageOf(thrown)}`),
        );
      // An unload before this one may have made an end of a model that no source has.
    }).catch((thrown: unknown) => log.debug(messageOf(thrown)));
  }

  /** What `reload` would do. */
  plan(): Promise<PlanReport> {
    return this.#alone(async () => (await this.#read()).report);
  }

  /** Does what the configuration and the sources say now, all of it or nothing. Rejects with INVALID_ARGUMENT where nothing was changed. */
  async reload(): Promise<PlanReport> {
    let isGood = false;
    try {
      const report = await this.#alone(() => this.#apply());
      isGood = true;
      return report;
    } finally {
      this.#reloads = afterReload(this.#reloads, isGood, this.#parts.clock.epochMs());
    }
  }

  async #apply(): Promise<PlanReport> {
    const { report, offers, accept } = await this.#read();
    if (!report.canApply) {
      const problems = report.problems.map(({ text }) => text).join('; ');
      throw new ServingError('INVALID_ARGUMENT', `nothing was changed: ${problems}`);
    }
    await this.#parts.models.apply(offers, this.#loadsNew);
    accept();
    // What is offered now is what the sources have.
    this.#brought.clear();
    const { load, change, unload, keep } = report;
    log.info(
      `the configuration was applied: ${load.length} loaded, ${change.length} changed, ${unload.length} unloaded, ${keep} kept`,
    );
    return report;
  }

  /** Looks no more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    for (const off of this.#unwatch) off();
    await Promise.all(this.#parts.sources.map((source) => source.close?.()));
  }

  /** What a load brought for a model that is unloaded counts no more. */
  async #forget(name: string): Promise<void> {
    if (!this.#brought.left.includes(name)) return;
    this.#brought.giveBack(name, await this.#one(name));
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

  /** Each with the models that it is made of. */
  async #loadEach(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map((name) =>
        this.#parts.models.load(name).catch((thrown: unknown) => log.error(messageOf(thrown))),
      ),
    );
  }

  /** The model as the first source that has it has it now; null where none has. */
  async #one(name: string): Promise<OfferedModel | null> {
    for (const source of this.#parts.sources) {
      const found = await source.one(name, this.#stop.signal);
      if (found !== null) return found;
    }
    return null;
  }

  async #read(): Promise<{ report: PlanReport; offers: readonly OfferedModel[]; accept: () => void }> {
    const { models, reread } = this.#parts;
    const { problems, restart, accept, source } = await reread();
    if (problems.length > 0) return { report: reportOf(problems, null, restart), offers: [], accept };
    const sources = this.#parts.sources.map((each) => (each.name === source.name ? source : each));
    const offers = merged(await this.#allOf(sources)).models;
    return { report: reportOf([], models.plan(offers, this.#loadsNew), restart), offers, accept };
  }

  #allOf(sources: readonly ModelSource[]): Promise<readonly (readonly OfferedModel[])[]> {
    return Promise.all(sources.map((source) => source.all(this.#stop.signal)));
  }

  /** Offers what the sources have now, and lets go what has left them. */
  async #look(): Promise<void> {
    const { models, sources, options } = this.#parts;
    const lists: (readonly OfferedModel[])[] = [];
    let isWhole = true;
    for (const source of sources) {
      try {
        lists.push(await source.all(this.#stop.signal));
      } catch (thrown) {
        isWhole = false;
        if (!this.#stop.signal.aborted) log.error(`${source.name} cannot be looked at: ${messageOf(thrown)}`);
      }
    }
    if (this.#stop.signal.aborted) return;
    const { models: found, doubles } = merged(lists);
    this.#warnOfDoubles(doubles);
    const isFirst = !this.#hasLooked;
    for (const offered of found) if (isFirst || followsFiles(options.mode)) models.offer(offered);
    this.#hasLooked = true;
    if (isFirst || !followsFiles(options.mode)) return;
    const names = new Set(found.map(({ name }) => name));
    const known = models.offered.map(({ name }) => name);
    // A source says itself how long it believes that something may come back.
    for (const name of isWhole ? known : []) if (!names.has(name)) void models.withdraw(name);
    const added = found.filter(({ name }) => !models.isAsked(name)).map(({ name }) => name);
    if (added.length > 0) void models.loadAll(added);
  }

  /** Looks again and again. */
  #follow(): void {
    const { sources, options, clock } = this.#parts;
    const next = (): void => {
      if (this.#stop.signal.aborted) return;
      this.#timer?.cancel();
      this.#timer = clock.startTimer(options.pollMs, lookNow);
    };
    const lookNow = (): void => {
      if (this.#isDue) return;
      this.#isDue = true;
      void this.#alone(() => {
        this.#isDue = false;
        return this.#look();
      }).then(next, next);
    };
    if (options.mode === 'watch')
      for (const source of sources) this.#unwatch.push(source.watch?.(lookNow) ?? (() => {}));
    next();
  }

  #warnOfDoubles(doubles: ReadonlyMap<string, readonly string[]>): void {
    const text = [...doubles].map(([name, places]) => `'${name}' in ${places.join(' and ')}`).join('; ');
    if (text !== '' && text !== this.#doubles)
      log.warn(`of models that are in several places the first counts: ${text}`);
    this.#doubles = text;
  }

  /** What is asked of one model happens in the order in which it was asked; nobody waits for it to be loaded. */
  async #inOrder(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.#asked.get(name);
    const done = before === undefined ? work() : before.then(work);
    const settled = done.catch(() => {});
    this.#asked.set(name, settled);
    try {
      await done;
    } finally {
      if (this.#asked.get(name) === settled) this.#asked.delete(name);
    }
  }

  /** One after the other. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}

/** In Triton's words. What is loaded of it goes on serving. */
function noLongerThere(name: string): ServingError {
  return new ServingError(
    'NOT_FOUND',
    `failed to load '${clip(name)}', failed to poll from model repository: no model of that name is there any more`,
  );
}
