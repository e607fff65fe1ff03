import type { Clock } from '#core/clock.js';
import { deferred } from '#core/deferred.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { NO_RESTARTS, type RestartReason, type Restarts } from '#inference/restarts.js';
import type { Tensor } from '#tensor/tensor.js';
import type { LoadedModel, SessionData } from '#worker/messages.js';
import { HangWatch } from './hang-watch.js';
import type { Isolation } from './isolation.js';
import { restartDelayMs } from './restart-delay.js';
import type { EngineSession, RunResult } from './session.js';
import { slotsFor } from './slots.js';

const log = loggerOf('device::instance');

/** How much the newest run counts in the recent run time. */
const RECENT_WEIGHT = 0.2;

const THREAD_GOES_ON =
  'its thread cannot be ended in the middle of that and goes on until it is done, which only isolation: process can prevent';

/** Who wants to know what becomes of an instance. */
export interface InstanceListener {
  /** Slots became free without a run having settled: the thread or process came back. */
  available(): void;
  /** The instance was given up and will not come back. */
  lost(reason: string): void;
}

/** What runs a session: an instance's thread while it is warmed up, or an instance. */
export type Run = (inputs: readonly Tensor[], outputs: readonly string[]) => Promise<RunResult>;

/**
 * What a thread does between its loading and the first request. Answers how often it ran the session; rejects when the
 * instance must not be used.
 */
export type WarmUp = (model: LoadedModel, run: Run) => Promise<number>;

/** Opens a session in some engine thread or process. `afterDeath` where that of the last one died, perhaps of it. */
export type OpenSession = (data: SessionData, afterDeath: boolean) => EngineSession;

/** What an instance is made of. */
export interface InstanceParts {
  /** For logs and metrics, for instance `Model#0001/npu:0:0/0`. */
  readonly id: string;
  readonly data: SessionData;
  readonly openSession: OpenSession;
  readonly isolation: Isolation;
  /** Nothing where it is left out. */
  readonly warmUp?: WarmUp;
}

/**
 * One loaded copy of a model on a device: a session and, when its thread or process dies, the next one like it. What died
 * fails the runs in it; the instance has free slots again only once the new session is open and warm.
 */
export class Instance {
  readonly id: string;
  readonly #data: SessionData;
  readonly #clock: Clock;
  readonly #warmUp: WarmUp;
  readonly #openSession: OpenSession;
  readonly #isolation: Isolation;
  /** The session that loads or is warmed up. */
  #opening: EngineSession | null = null;
  #session: EngineSession | null = null;
  /** Of the session that was opened last; null where runs may take as long as they like. */
  #watch: HangWatch | null = null;
  #model: LoadedModel | null = null;
  #listener: InstanceListener | null = null;
  #recentRunMs: number | null = null;
  /** Starts in a row without a run that went well. */
  #attempts = 0;
  #restarts: Restarts = NO_RESTARTS;
  #threadDeaths = 0;
  #lostReason: string | null = null;
  #closed = false;

  constructor({ id, data, openSession, isolation, warmUp }: InstanceParts, clock: Clock) {
    this.id = id;
    this.#data = data;
    this.#clock = clock;
    this.#warmUp = warmUp ?? (async () => 0);
    this.#openSession = openSession;
    this.#isolation = isolation;
  }

  /**
   * Opens the session and warms it up. Rejects with the reason when the model cannot be loaded, or
   * could not be warmed up as it must be.
   */
  async open(): Promise<LoadedModel> {
    const model = await this.load();
    await this.begin();
    return model;
  }

  /** The first half of `open`: opens the session. */
  async load(): Promise<LoadedModel> {
    const session = this.#openSession(this.#data, this.#attempts > 0);
    this.#opening = session;
    this.#watch = this.#watchOf(session);
    const model = await this.#loaded(session);
    this.#model = model;
    if (this.#closed) await this.#giveUp(session);
    return model;
  }

  /** The other half of `open`: warms the session up, after which the instance may be used. Answers in how many runs. */
  async begin(): Promise<number> {
    const [session, model] = [this.#opening, this.#model];
    if (session === null || model === null) {
      throw new ServingError('INTERNAL', `${this.id} begins before it has loaded. This is a bug.`);
    }
    let runs: number;
    try {
      runs = await this.#warmUp(model, (inputs, outputs) => this.#runIn(session, inputs, outputs));
    } catch (thrown) {
      if (this.#closed) return await this.#giveUp(session);
      await session.close();
      throw thrown;
    }
    if (this.#closed) await this.#giveUp(session);
    if (session.hasEnded) {
      throw new ServingError(
        'INTERNAL',
        `the engine ${session.kind} died before a request came: ${await session.ended}`,
      );
    }
    this.#opening = null;
    this.#session = session;
    void session.ended.then((reason) => this.#sessionEnded(session, reason));
    return runs;
  }

  /**
   * Host CPU threads that one run keeps busy: the session's, wherever it runs on the host; 0 on other hardware. An engine
   * that fell back to the CPU counts as what it is.
   */
  get hostThreads(): number {
    const { provider, threads } = this.#model?.facts ?? this.#data.options;
    return provider === 'cpu' ? threads : 0;
  }

  /** An instance that was given up before anybody listened says so at once. */
  listen(listener: InstanceListener): void {
    this.#listener = listener;
    if (this.#lostReason !== null) listener.lost(this.#lostReason);
  }

  /** How often it was started again, by why. */
  get restarts(): Restarts {
    return this.#restarts;
  }

  /** How often its thread has died, or the next one could not be opened. */
  get threadDeaths(): number {
    return this.#threadDeaths;
  }

  get inFlight(): number {
    return this.#session?.inFlight ?? 0;
  }

  get freeSlots(): number {
    if (this.#session === null || this.#session.hasEnded || this.#closed) return 0;
    return Math.max(0, slotsFor(this.#recentRunMs) - this.#session.inFlight);
  }

  /** Runs the session once. The bytes of `inputs` are given away. Rejects with ServingError. */
  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunResult> {
    if (this.#session === null)
      throw new ServingError('INTERNAL', `${this.id} has no ${this.#isolation.wall}`, { isRunnerLost: true });
    const result = await this.#runIn(this.#session, inputs, outputs);
    const runMs = result.runNs / 1e6;
    this.#recentRunMs =
      this.#recentRunMs === null ? runMs : this.#recentRunMs + RECENT_WEIGHT * (runMs - this.#recentRunMs);
    this.#attempts = 0;
    return result;
  }

  /** Lets the runs in flight finish and gives the session's memory back, and that of its thread or process unless others live there. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#opening?.close(), this.#session?.close()]);
    this.#session = null;
  }

  #runIn(session: EngineSession, inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunResult> {
    const run = session.run(inputs, outputs);
    return this.#watch === null ? run : this.#watch.over(run);
  }

  #watchOf(session: EngineSession): HangWatch | null {
    const { runTimeoutMs } = this.#isolation;
    if (runTimeoutMs === null) return null;
    return new HangWatch(runTimeoutMs, this.#clock, () =>
      session.kill(`a run took longer than ${runTimeoutMs / 1000} s (run_timeout)`, 'hang'),
    );
  }

  /** What the session turned out to be. Rejects where that takes longer than it may. */
  async #loaded(session: EngineSession): Promise<LoadedModel> {
    const { loadTimeoutMs, wall } = this.#isolation;
    if (loadTimeoutMs === null) return await session.loaded;
    const late = deferred<never>();
    const timer = this.#clock.startTimer(loadTimeoutMs, () => {
      const text = `the model was not loaded within ${loadTimeoutMs / 1000} s (load_timeout)`;
      late.reject(new ServingError('UNAVAILABLE', wall === 'process' ? text : `${text}; ${THREAD_GOES_ON}`));
      this.#abandon(session, text);
    });
    try {
      return await Promise.race([session.loaded, late.promise]);
    } finally {
      timer.cancel();
    }
  }

  /** Nobody waits for a session that did not load in time. */
  #abandon(session: EngineSession, reason: string): void {
    if (session.kind === 'process') {
      session.kill(reason, 'hang');
      return;
    }
    this.#opening = null;
    // It closes itself once the engine is done with it, if ever.
    void session.close();
  }

  /** What comes of opening an instance that was closed meanwhile. */
  async #giveUp(session: EngineSession): Promise<never> {
    await session.close();
    throw new ServingError('CANCELLED', 'the instance was closed while it was loading');
  }

  #sessionEnded(session: EngineSession, reason: string | null): void {
    if (this.#session !== session || this.#closed) return;
    this.#session = null;
    log.error(`${this.id}: the engine ${session.kind} died: ${reason}`, { instance: this.id });
    this.#restartLater(reason ?? 'unknown', session.deathCause ?? 'crash');
  }

  #restartLater(reason: string, why: RestartReason): void {
    this.#threadDeaths++;
    const delayMs = restartDelayMs(this.#attempts++);
    if (delayMs === null) {
      const { wall } = this.#isolation;
      log.error(`${this.id} is given up: its ${wall} died again and again`, { instance: this.id });
      this.#lostReason = `its engine ${wall} died again and again, last: ${reason}`;
      this.#listener?.lost(this.#lostReason);
      return;
    }
    this.#clock.startTimer(delayMs, () => void this.#restart(why));
  }

  async #restart(why: RestartReason): Promise<void> {
    if (this.#closed) return;
    this.#restarts = { ...this.#restarts, [why]: this.#restarts[why] + 1 };
    try {
      await this.open();
      log.info(`${this.id} is back with a new engine ${this.#isolation.wall}`, { instance: this.id });
      this.#listener?.available();
    } catch (thrown) {
      if (!this.#closed) this.#restartLater(messageOf(thrown), 'load');
    }
  }
}
