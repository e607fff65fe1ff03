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

/**
 * One loaded copy of a model on a device: a thread and, when it dies, the next one with the same session. A thread
 * that died fails its own runs; the instance has free slots again only once the new session is open.
 */
export class Instance {
  /** For logs and metrics, for instance `Model#0001/npu:0:0/0`. */
  readonly id: string;
  /** Threads of this host that a run keeps busy; 0 where it runs elsewhere. */
  readonly hostThreads: number;
  readonly #data: ThreadData;
  readonly #clock: Clock;
  readonly #startThread: (data: ThreadData) => EngineThread;
  #opening: EngineThread | null = null;
  #thread: EngineThread | null = null;
  #listener: InstanceListener | null = null;
  #recentRunMs: number | null = null;
  #restarts = 0;
  #lostReason: string | null = null;
  #closed = false;

  /** @param startThread starts an engine thread; a test may bring its own. */
  constructor(
    id: string,
    data: ThreadData,
    clock: Clock,
    startThread: (data: ThreadData) => EngineThread = (each) => new EngineThread(each),
  ) {
    this.id = id;
    this.hostThreads = data.options.provider === 'cpu' ? data.options.threads : 0;
    this.#data = data;
    this.#clock = clock;
    this.#startThread = startThread;
  }

  /** Starts the thread and opens the session. Rejects with the reason when the model cannot be loaded. */
  async open(): Promise<LoadedModel> {
    const thread = this.#startThread(this.#data);
    this.#opening = thread;
    const model = await thread.loaded;
    this.#opening = null;
    if (this.#closed) {
      await thread.close();
      throw new ServingError('CANCELLED', 'the instance was closed while it was loading');
    }
    this.#thread = thread;
    void thread.ended.then((reason) => this.#threadEnded(thread, reason));
    return model;
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
