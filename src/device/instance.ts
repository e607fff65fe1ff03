import type { Clock } from '#core/clock.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Tensor } from '#tensor/tensor.js';
import type { LoadedModel, ThreadData } from '#worker/messages.js';
import { restartDelayMs } from './restart-delay.js';
import { slotsFor } from './slots.js';
import { EngineThread, type RunResult } from './thread.js';

const log = loggerOf('device::instance');

/** How much the newest run counts in the recent run time. */
const RECENT_WEIGHT = 0.2;

/** Who wants to know what becomes of an instance. */
export interface InstanceListener {
  /** Slots became free without a run having settled: the thread came back. */
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

/** What an instance is made of. */
export interface InstanceParts {
  /** For logs and metrics, for instance `Model#0001/npu:0:0/0`. */
  readonly id: string;
  readonly data: ThreadData;
  /** Nothing where it is left out. */
  readonly warmUp?: WarmUp;
  /** Starts an engine thread; a test may bring its own. */
  readonly startThread?: (data: ThreadData) => EngineThread;
}

/**
 * One loaded copy of a model on a device: a thread and, when it dies, the next one with the same session. A thread
 * that died fails its own runs; the instance has free slots again only once the new session is open and warm.
 */
export class Instance {
  readonly id: string;
  readonly #data: ThreadData;
  readonly #clock: Clock;
  readonly #warmUp: WarmUp;
  readonly #startThread: (data: ThreadData) => EngineThread;
  /** The thread that loads or is warmed up. */
  #opening: EngineThread | null = null;
  #thread: EngineThread | null = null;
  #model: LoadedModel | null = null;
  #listener: InstanceListener | null = null;
  #recentRunMs: number | null = null;
  #restarts = 0;
  #lostReason: string | null = null;
  #closed = false;

  constructor({ id, data, warmUp, startThread }: InstanceParts, clock: Clock) {
    this.id = id;
    this.#data = data;
    this.#clock = clock;
    this.#warmUp = warmUp ?? (async () => 0);
    this.#startThread = startThread ?? ((each) => new EngineThread(each));
  }

  /**
   * Starts the thread, opens the session and warms it up. Rejects with the reason when the model cannot be loaded, or
   * could not be warmed up as it must be.
   */
  async open(): Promise<LoadedModel> {
    const model = await this.load();
    await this.begin();
    return model;
  }

  /** The first half of `open`: starts the thread and opens the session. */
  async load(): Promise<LoadedModel> {
    const thread = this.#startThread(this.#data);
    this.#opening = thread;
    const model = await thread.loaded;
    this.#model = model;
    if (this.#closed) await this.#giveUp(thread);
    return model;
  }

  /** The other half of `open`: warms the session up, after which the instance may be used. Answers in how many runs. */
  async begin(): Promise<number> {
    const [thread, model] = [this.#opening, this.#model];
    if (thread === null || model === null) {
      throw new ServingError('INTERNAL', `${this.id} begins before it has loaded. This is a bug.`);
    }
    let runs: number;
    try {
      runs = await this.#warmUp(model, (inputs, outputs) => thread.run(inputs, outputs));
    } catch (thrown) {
      if (this.#closed) return await this.#giveUp(thread);
      await thread.close();
      throw thrown;
    }
    if (this.#closed) await this.#giveUp(thread);
    if (thread.hasEnded) {
      throw new ServingError(
        'INTERNAL',
        `the engine thread died before a request came: ${await thread.ended}`,
      );
    }
    this.#opening = null;
    this.#thread = thread;
    void thread.ended.then((reason) => this.#threadEnded(thread, reason));
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

  get inFlight(): number {
    return this.#thread?.inFlight ?? 0;
  }

  get freeSlots(): number {
    if (this.#thread === null || this.#closed) return 0;
    return Math.max(0, slotsFor(this.#recentRunMs) - this.#thread.inFlight);
  }

  /** Runs the session once. The bytes of `inputs` are given away. Rejects with ServingError. */
  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunResult> {
    if (this.#thread === null)
      throw new ServingError('INTERNAL', `${this.id} has no thread`, { isRunnerLost: true });
    const result = await this.#thread.run(inputs, outputs);
    const runMs = result.runNs / 1e6;
    this.#recentRunMs =
      this.#recentRunMs === null ? runMs : this.#recentRunMs + RECENT_WEIGHT * (runMs - this.#recentRunMs);
    this.#restarts = 0;
    return result;
  }

  /** Lets the runs in flight finish, gives the session's memory back, ends the thread. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#opening?.close(), this.#thread?.close()]);
    this.#thread = null;
  }

  /** What comes of opening an instance that was closed meanwhile. */
  async #giveUp(thread: EngineThread): Promise<never> {
    await thread.close();
    throw new ServingError('CANCELLED', 'the instance was closed while it was loading');
  }

  #threadEnded(thread: EngineThread, reason: string | null): void {
    if (this.#thread !== thread || this.#closed) return;
    this.#thread = null;
    log.error(`${this.id}: the engine thread died: ${reason}`, { instance: this.id });
    this.#restartLater(reason ?? 'unknown');
  }

  #restartLater(reason: string): void {
    const delayMs = restartDelayMs(this.#restarts++);
    if (delayMs === null) {
      log.error(`${this.id} is given up: its thread died again and again`, { instance: this.id });
      this.#lostReason = `its engine thread died again and again, last: ${reason}`;
      this.#listener?.lost(this.#lostReason);
      return;
    }
    this.#clock.startTimer(delayMs, () => void this.#restart());
  }

  async #restart(): Promise<void> {
    if (this.#closed) return;
    try {
      await this.open();
      log.info(`${this.id} is back with a new engine thread`, { instance: this.id });
      this.#listener?.available();
    } catch (thrown) {
      if (!this.#closed) this.#restartLater(messageOf(thrown));
    }
  }
}
