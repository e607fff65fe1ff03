import type { Clock, Timer } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { ModelStatistics } from '#inference/statistics.js';
import type { ModelOverview } from '#lifecycle/overview.js';

const log = loggerOf('serving::live');

/** So often the server is looked at, and no more often. */
export const FRAME_MS = 1000;

/** Telling of devices looks at files: so much time at least is between two of those looks. */
export const DEVICES_MS = 5000;

/** What the process that serves has used. */
export interface ProcessFacts {
  /** Since the process began. */
  readonly uptimeMs: number;
  /** Time of all cores together. */
  readonly cpuMs: number;
  /** For how long the main thread had something to do. */
  readonly mainBusyMs: number;
  readonly residentBytes: number;
}

/** Where the feed gets what it tells. All but the devices from memory. */
export interface LiveSource {
  isReady(): boolean;
  models(): readonly ModelOverview[];
  statistics(): readonly ModelStatistics[];
  devices(): Promise<readonly object[]>;
  process(): ProcessFacts;
}

/** The server at one moment. */
export interface LiveState {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly isReady: boolean;
  readonly process: ProcessFacts;
  readonly models: readonly ModelOverview[];
  readonly statistics: readonly ModelStatistics[];
  /** The same array until they have been looked at again. */
  readonly devices: readonly object[];
}

export type LiveListener = (state: LiveState) => void;

/** Looks at the server once a second, for all who listen together, and only while somebody does. */
export class LiveFeed {
  readonly #source: LiveSource;
  readonly #clock: Clock;
  readonly #listeners = new Set<LiveListener>();
  #timer: Timer | null = null;
  #devices: readonly object[] = [];
  #devicesAt = Number.NEGATIVE_INFINITY;
  #isLookingAtDevices = false;
  /** Counts the times that somebody began to listen after nobody did. */
  #round = 0;

  constructor(source: LiveSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * Calls `listener` with every state. Where nobody else listens, the first comes once the devices are known, or after a
   * second. Answers how to call that off.
   */
  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    if (this.#timer === null) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#timer?.cancel();
      this.#timer = null;
    };
  }

  #start(): void {
    const round = ++this.#round;
    let isFirst = true;
    const tick = (): void => {
      isFirst = false;
      this.#timer = this.#clock.startTimer(FRAME_MS, tick);
      void this.#lookAtDevices();
      this.#tell();
    };
    this.#timer = this.#clock.startTimer(FRAME_MS, tick);
    void this.#lookAtDevices().then(() => {
      if (isFirst && this.#timer !== null && round === this.#round) this.#tell();
    });
  }

  #tell(): void {
    const source = this.#source;
    const state: LiveState = {
      atMs: this.#clock.epochMs(),
      isReady: source.isReady(),
      process: source.process(),
      models: source.models(),
      statistics: source.statistics(),
      devices: this.#devices,
    };
    for (const listener of [...this.#listeners]) listener(state);
  }

  /** Never rejects: where devices cannot be looked at, what was known of them stands. */
  async #lookAtDevices(): Promise<void> {
    const now = this.#clock.now();
    if (this.#isLookingAtDevices || now - this.#devicesAt < DEVICES_MS) return;
    this.#isLookingAtDevices = true;
    this.#devicesAt = now;
    try {
      this.#devices = await this.#source.devices();
    } catch (thrown) {
      log.debug(`the devices cannot be looked at: ${messageOf(thrown)}`);
    } finally {
      this.#isLookingAtDevices = false;
    }
  }
}
