import type { Clock } from '#core/clock.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { invalid, messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { SequenceRef } from '#inference/request.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { LoadedFigures, VersionWork } from '#inference/version-figures.js';
import type { Handle } from './handle.js';
import { needsItself } from './needs.js';
import type { OfferedVersion } from './offer.js';
import type { OpenVersion } from './open-version.js';
import { Shadow } from './shadow.js';
import { INDEX_STATE, type IndexState, type VersionState } from './state.js';
import type { StepModels } from './step-models.js';
import { NO_WORK } from './work.js';

const log = loggerOf('lifecycle::version');

/** Opens an offer; a hole, so that a version knows no devices. `onLost` hears when it can run no more. */
export type Opener = (
  offer: OfferedVersion,
  models: StepModels,
  onLost: (reason: string) => void,
) => Promise<OpenVersion>;

/** What a version needs of those around it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly open: Opener;
  /** Is called when the state has changed. */
  onChange(version: Version): void;
  /** Is called when one that was ready can run no more; what it had is not closed yet. */
  onLost(version: Version): void;
  /** Where its steps borrow what they are run by, where it is an ensemble. */
  stepModelsOf(version: Version): StepModels;
  /** The loads that its steps may be run by, where it is an ensemble; else none. */
  neededBy(version: Version): readonly Version[];
  /** Why it cannot serve though it is loaded, because it needs others; null where it can. */
  obstacleOf(version: Version): string | null;
}

/**
 * One load of one version of a model, and the single owner of what it is: its state, its reason, what is loaded, who has
 * borrowed it. Another revision of the version is another load.
 */
export class Version {
  readonly offer: OfferedVersion;
  wanted = true;
  /** Whether it is to be replaced though nothing changed. */
  isStale = false;
  /** Whether it must prove itself before it may serve. */
  isTrial = false;
  #isReturning = false;
  readonly #ended = deferred<void>();
  readonly #gone = deferred<void>();
  /** How often it was tried before. */
  readonly attempts: number;
  readonly #around: Surroundings;
  #state: VersionState = 'offered';
  /** Why it is not ready, for people; empty when there is nothing to say. */
  #reason = '';
  #loaded: OpenVersion | null = null;
  /** What counts, or what it had counted when it was closed; null unless it was ever loaded. */
  #counted: Pick<OpenVersion, 'counts' | 'threadDeaths' | 'restarts'> | null = null;
  #loadMs = 0;
  #borrowed = 0;
  #unborrowed: Deferred<void> | null = null;
  #shadow: Shadow | null = null;

  constructor(offer: OfferedVersion, around: Surroundings, attempts = 0) {
    this.offer = offer;
    this.attempts = attempts;
    this.#around = around;
  }

  get version(): string {
    return this.offer.version;
  }

  /** Whether it is loaded again because what it had made room for failed. */
  get isReturning(): boolean {
    return this.#isReturning;
  }

  /** Nobody wants it, but what is wanted failed. */
  comeBack(): void {
    this.wanted = false;
    this.#isReturning = true;
  }

  get state(): VersionState {
    return this.#state;
  }

  get reason(): string {
    return this.#state === 'ready' ? (this.#around.obstacleOf(this) ?? '') : this.#reason;
  }

  /** Settles when its load has come to an end, well or not, or is given up before it began. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Settles when it holds nothing: it is unloaded, has failed, or was given up before it began. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** It can run no more, and what it had is being closed. */
  get isClosing(): boolean {
    return this.#state === 'failed' && this.#loaded !== null;
  }

  get waitsFor(): readonly Version[] {
    return this.#around.neededBy(this);
  }

  /** Whether it can serve: it is loaded, and so is all that it needs. */
  get ready(): boolean {
    return this.#state === 'ready' && this.#around.obstacleOf(this) === null;
  }

  get indexState(): IndexState {
    return this.#state === 'ready' && !this.ready ? 'UNAVAILABLE' : INDEX_STATE[this.#state];
  }

  /** Loads it. Never rejects: a failure is the state `failed` with its reason. */
  async load(): Promise<void> {
    const { name, version, path } = this.offer;
    this.#become('loading', '');
    const from = this.#around.clock.now();
    try {
      if (needsItself<Version>(this))
        throw invalid(`ensemble '${name}' needs itself: its steps lead back to it`);
      this.#loaded = await this.#open();
      this.#counted = this.#loaded;
      this.#loadMs = this.#around.clock.now() - from;
      this.#become('ready', '');
      log.info(`model '${name}' version ${version} is ready`, { model: name, version });
    } catch (thrown) {
      this.#gone.resolve();
      this.#become('failed', messageOf(thrown));
      const source = path === '' ? '' : ` from ${path}`;
      log.error(`model '${name}' version ${version} could not be loaded${source}: ${this.#reason}`, {
        model: name,
        version,
      });
    }
    this.#ended.resolve();
  }

  /** Nobody wants it any more, and it was never loaded. */
  giveUp(): void {
    this.#ended.resolve();
    this.#gone.resolve();
  }

  /** Lends it no more, waits for what was lent, closes it. Never rejects. */
  async unload(): Promise<void> {
    const { name, version } = this.offer;
    const loaded = this.#loaded;
    this.#become('unloading', '');
    if (this.#borrowed > 0) {
      this.#unborrowed = deferred();
      await this.#unborrowed.promise;
    }
    this.#loaded = null;
    await this.#close(loaded);
    this.#gone.resolve();
    this.#become('gone', '');
    log.info(`model '${name}' version ${version} is unloaded`, { model: name, version });
  }

  /** Lends the version. Throws UNAVAILABLE, saying why, unless it is ready. */
  borrow(): Handle {
    const loaded = this.#loaded;
    if (!this.ready || loaded === null) throw new ServingError('UNAVAILABLE', this.notReadySentence());
    this.#borrowed++;
    return {
      metadata: loaded.metadata,
      signature: loaded.signature,
      deployment: loaded.deployment,
      maxRequestRows: loaded.maxRequestRows,
      strict: this.offer.strict,
      submit: (job, call) => loaded.submit(job, call),
      release: () => this.#release(),
    };
  }

  /** What is loaded; null where nothing is. */
  get opened(): OpenVersion | null {
    return this.#loaded;
  }

  /** What it has done since it was loaded; null unless it is ready. */
  get statistics(): ModelStatistics | null {
    if (this.#state !== 'ready' || this.#loaded === null) return null;
    const { name, version } = this.offer;
    const { counts, memory, waiting } = this.#loaded;
    const shadow = this.#shadow?.counts;
    return { name, version, ...counts, memory, waiting, ...(shadow && { shadow }) };
  }

  /** What it has done, also once it is closed. */
  get work(): VersionWork {
    const isLoaded = this.#counted !== null;
    return {
      counts: this.#counted?.counts ?? NO_WORK.counts,
      shadow: this.#shadow?.counts ?? null,
      loads: isLoaded ? 1 : 0,
      failedLoads: !isLoaded && this.#state === 'failed' ? 1 : 0,
      threadDeaths: this.#counted?.threadDeaths ?? 0,
      restarts: this.#counted?.restarts ?? NO_WORK.restarts,
    };
  }

  /** How it is now; null unless something is loaded. */
  get figures(): LoadedFigures | null {
    if (this.#loaded === null) return null;
    const { waiting, memory, deployment } = this.#loaded;
    const { places, isCached } = deployment;
    return { loadMs: this.#loadMs, waiting, memory, places, isCached };
  }

  /** It as a shadow of others. */
  get shadow(): Shadow {
    this.#shadow ??= new Shadow(
      {
        label: `model '${this.offer.name}' version ${this.version}`,
        borrow: () => (this.ready ? this.borrow() : null),
      },
      this.#around.clock,
    );
    return this.#shadow;
  }

  /** Whether it has requests of this sequence, and more of them can follow. */
  hasSequence(id: SequenceRef['id']): boolean {
    return this.#loaded?.hasSequence?.(id) ?? false;
  }

  notReadySentence(): string {
    const { name, version } = this.offer;
    const doing = {
      offered: 'it is not loaded',
      loading: 'it is still being loaded',
      ready: this.#around.obstacleOf(this) ?? 'it is ready',
      unloading: 'it is being unloaded',
      gone: 'it is not loaded',
      failed: 'it could not be loaded',
    }[this.#state];
    const reason = this.#state === 'failed' ? `: ${this.#reason}` : '';
    return `model '${name}' version ${version} is not at ready state: ${doing}${reason}`;
  }

  #release(): void {
    this.#borrowed--;
    if (this.#borrowed === 0) {
      this.#unborrowed?.resolve();
      this.#unborrowed = null;
    }
  }

  async #open(): Promise<OpenVersion> {
    const around = this.#around;
    const losses: string[] = [];
    const loaded = await around.open(this.offer, around.stepModelsOf(this), (reason) => {
      losses.push(reason);
      this.#lost(reason);
    });
    const [whyLost] = losses;
    if (whyLost === undefined) return loaded;
    // Its last instance was gone before it could serve.
    await this.#close(loaded);
    throw new ServingError('UNAVAILABLE', whyLost);
  }

  /** Its last instance is gone. */
  #lost(reason: string): void {
    if (this.#state !== 'ready') return;
    const { name, version } = this.offer;
    log.error(`model '${name}' version ${version} cannot run any more: ${reason}`);
    this.#become('failed', reason);
    void this.#close(this.#loaded).then(() => {
      this.#loaded = null;
      this.#gone.resolve();
    });
    this.#around.onLost(this);
  }

  async #close(loaded: OpenVersion | null): Promise<void> {
    const { name, version } = this.offer;
    try {
      await loaded?.close();
    } catch (thrown) {
      log.error(`model '${name}' version ${version} was not closed cleanly: ${messageOf(thrown)}`);
    }
    if (loaded === null) return;
    const { counts, threadDeaths, restarts } = loaded;
    this.#counted = { counts, threadDeaths, restarts };
  }

  #become(state: VersionState, reason: string): void {
    this.#state = state;
    this.#reason = reason;
    this.#around.onChange(this);
  }
}
