import { type Deferred, deferred } from '#core/deferred.js';
import { invalid, messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { Handle } from './handle.js';
import { needsItself } from './needs.js';
import type { OfferedVersion } from './offer.js';
import type { OpenVersion } from './open-version.js';
import { INDEX_STATE, type IndexState, type VersionState } from './state.js';

const log = loggerOf('lifecycle::version');

/** Opens an offer; a hole, so that a version knows no devices. `onLost` hears when it can run no more. */
export type Opener = (offer: OfferedVersion, onLost: (reason: string) => void) => Promise<OpenVersion>;

/** The single owner of what one version of a model is: its state, its reason, what is loaded, who has borrowed it. */
export class Version {
  readonly offer: OfferedVersion;
  wanted = false;
  /** The versions that its steps may be run by, where it is an ensemble. */
  waitsFor: readonly Version[] = [];
  readonly #open: Opener;
  readonly #onChange: () => void;
  readonly #obstacle: () => string | null;
  #state: VersionState = 'offered';
  /** Why it is not ready, for people; empty when there is nothing to say. */
  #reason = '';
  #loaded: OpenVersion | null = null;
  #borrowed = 0;
  #unborrowed: Deferred<void> | null = null;

  /**
   * @param onChange is called when the state has changed
   * @param obstacle why it cannot serve though it is loaded, because it needs others; null where it can
   */
  constructor(
    offer: OfferedVersion,
    open: Opener,
    onChange: () => void,
    obstacle: () => string | null = () => null,
  ) {
    this.offer = offer;
    this.#open = open;
    this.#onChange = onChange;
    this.#obstacle = obstacle;
  }

  get version(): string {
    return this.offer.version;
  }

  get state(): VersionState {
    return this.#state;
  }

  get reason(): string {
    return this.#state === 'ready' ? (this.#obstacle() ?? '') : this.#reason;
  }

  /** Whether it can serve: it is loaded, and so is all that it needs. */
  get ready(): boolean {
    return this.#state === 'ready' && this.#obstacle() === null;
  }

  get indexState(): IndexState {
    return this.#state === 'ready' && !this.ready ? 'UNAVAILABLE' : INDEX_STATE[this.#state];
  }

  /** Loads it. Never rejects: a failure is the state `failed` with its reason. */
  async load(): Promise<void> {
    const { name, version, path } = this.offer;
    this.#become('loading', '');
    try {
      if (needsItself<Version>(this))
        throw invalid(`ensemble '${name}' needs itself: its steps lead back to it`);
      this.#loaded = await this.#open(this.offer, (reason) => this.#lost(reason));
      this.#become('ready', '');
      log.info(`model '${name}' version ${version} is ready`, { model: name, version });
    } catch (thrown) {
      this.#become('failed', messageOf(thrown));
      const from = path === '' ? '' : ` from ${path}`;
      log.error(`model '${name}' version ${version} could not be loaded${from}: ${this.#reason}`, {
        model: name,
        version,
      });
    }
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
    try {
      await loaded?.close();
    } catch (thrown) {
      log.error(`model '${name}' version ${version} was not closed cleanly: ${messageOf(thrown)}`);
    }
    this.#become('offered', 'unloaded');
    log.info(`model '${name}' version ${version} is unloaded`, { model: name, version });
  }

  /** Makes a failed version one that can be tried again. */
  forgive(): void {
    if (this.#state === 'failed') this.#become('offered', '');
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

  /** What it has done since it was loaded; null unless it is ready. */
  get statistics(): ModelStatistics | null {
    if (this.#state !== 'ready' || this.#loaded === null) return null;
    return { name: this.offer.name, version: this.offer.version, ...this.#loaded.counts };
  }

  notReadySentence(): string {
    const { name, version } = this.offer;
    const doing = {
      offered: 'it is not loaded',
      loading: 'it is still being loaded',
      ready: this.#obstacle() ?? 'it is ready',
      unloading: 'it is being unloaded',
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

  /** Its last instance is gone while it was ready. */
  #lost(reason: string): void {
    if (this.#state !== 'ready') return;
    const loaded = this.#loaded;
    this.#loaded = null;
    this.#become('failed', reason);
    log.error(`model '${this.offer.name}' version ${this.offer.version} cannot run any more: ${reason}`);
    loaded?.close().catch((thrown: unknown) => log.error(`closing it failed: ${messageOf(thrown)}`));
  }

  #become(state: VersionState, reason: string): void {
    this.#state = state;
    this.#reason = reason;
    this.#onChange();
  }
}
