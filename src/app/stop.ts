import type { Settings } from '#config/settings.js';
import type { Clock } from '#core/clock.js';
import { deferred } from '#core/deferred.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Parts } from './build.js';

const log = loggerOf('app::stop');

/** Wishes to stop so close together are one. */
const SAME_WISH_MS = 900;

/**
 * Once the door is closed, connections that are still there get so long to be used or to go. A proxy that has heard of
 * a failure comes back to the connections it has after a while, and should find them served: nginx does after its
 * `fail_timeout`, a second in our example.
 */
const LAST_CALL_MS = 3000;

/** Requests that came just before idle connections were ended get so long to come in whole. */
const LAST_WORDS_MS = 500;

/** Answers get so long to be sent even when the limit was used up. */
const MIN_SEND_MS = 500;

/**
 * Stops a server, top down, as it was started bottom up: readiness off, later no new work, what is in flight
 * finishes, the models are closed, the connections last.
 *
 * Without a drain delay the ports are closed with the connections, so that whoever asks meanwhile hears 503 and not a
 * closed door. With one, whoever looks at readiness has gone when it is over. A proxy that does not look finds the door
 * closed then, which tells it to try another server before it has sent anything; a 503 it could only pass on.
 */
export class Stopper {
  readonly #parts: Parts;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #stopped = deferred<number>();
  /** The clock's time of the first wish to stop. */
  #stoppingSince: number | null = null;

  constructor(parts: Parts, settings: Settings, clock: Clock) {
    this.#parts = parts;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Settles with the exit status. */
  get stopped(): Promise<number> {
    return this.#stopped.promise;
  }

  get isStopping(): boolean {
    return this.#stoppingSince !== null;
  }

  /**
   * The first call drains; a second ends the wait at once. One that follows within a second is the same wish, passed
   * on twice: a shell and a supervisor may both signal this process.
   */
  stop(status: number): void {
    const now = this.#clock.now();
    if (this.#stoppingSince === null) {
      this.#begin(status, () => this.#drain());
    } else if (now - this.#stoppingSince >= SAME_WISH_MS) {
      log.warn('stopping at once: requests in flight are cut off');
      this.#stopped.resolve(status === 0 ? 1 : status);
    }
  }

  /**
   * Stops with status 0 in favour of another server on the same sockets. Readiness does not change while connections
   * are left: a probe over one of them is about the address, and there the other one is ready.
   */
  giveWay(): void {
    if (this.#stoppingSince !== null) return;
    this.#begin(0, async () => {
      log.info('giving way: connections that are here are served, new ones are for another server');
      await this.#closeDoors();
      await this.#finish();
    });
  }

  #begin(status: number, stop: () => Promise<void>): void {
    this.#stoppingSince = this.#clock.now();
    stop().then(
      () => this.#stopped.resolve(status),
      (thrown: unknown) => {
        log.error(`stopping failed: ${messageOf(thrown)}`);
        this.#stopped.resolve(1);
      },
    );
  }

  async #drain(): Promise<void> {
    const { gate, listener, grpcListener } = this.#parts;
    const { drainDelayMs } = this.#settings;
    log.info(`shutting down: not ready any more; new requests are refused in ${drainDelayMs / 1000} s`);
    gate.leave();
    if (drainDelayMs > 0) {
      // Connections are kept until the door is closed. Whoever had to open one for each request would be opening one
      // at the very moment.
      await this.#pause(drainDelayMs);
      await this.#closeDoors();
    } else {
      listener.leave();
      grpcListener?.leave();
    }
    await this.#finish();
  }

  /** Settles when no connection is left, or their time is over. Requests are served on meanwhile. */
  async #closeDoors(): Promise<void> {
    const { listener, grpcListener } = this.#parts;
    const gone = Promise.all([listener.closeDoor(), grpcListener?.closeDoor()]);
    await Promise.race([gone, this.#pause(LAST_CALL_MS)]);
    // Now, and not once requests are refused: a proxy would use those it has, and could only pass the refusal on.
    listener.endIdle();
    grpcListener?.endIdle();
    // What came just before is served, and was perhaps not whole yet.
    await Promise.race([gone, this.#pause(LAST_WORDS_MS)]);
  }

  async #finish(): Promise<void> {
    const { gate, listener, grpcListener, metricsListener, models, control, stores, overrides } = this.#parts;
    const { sharedMemory, traces, cache } = this.#parts;
    const { drainTimeoutMs } = this.#settings;
    const limitAt = this.#clock.now() + drainTimeoutMs;
    const limit = this.#pause(drainTimeoutMs);
    if (gate.inside > 0)
      log.info(`waiting for ${gate.inside} requests in flight (${drainTimeoutMs / 1000} s at most)`);
    await Promise.race([gate.close(), limit]);
    if (gate.inside > 0) log.warn(`${gate.inside} requests did not finish in time and are cut off`);
    const loading = models.index().filter((entry) => entry.state === 'LOADING').length;
    if (loading > 0)
      log.info(`waiting for ${loading} loads to end: an engine cannot be stopped in the middle of one`);
    await Promise.race([control.stop().then(() => models.stop()), limit]);
    await Promise.race([overrides.close(), limit]);
    await Promise.race([stores.close(), limit]);
    await Promise.race([cache?.close(), limit]);
    const cutOffMs = Math.max(MIN_SEND_MS, limitAt - this.#clock.now());
    const ports = [listener, grpcListener, metricsListener];
    await Promise.all(ports.map((port) => port?.close(cutOffMs)));
    // The last answers are sent, and so their traces are whole.
    const closeMs = Math.max(MIN_SEND_MS, limitAt - this.#clock.now());
    await Promise.race([traces.close(), this.#pause(closeMs)]);
    // Nobody is left who could register another one.
    sharedMemory?.unregister(null);
    log.info('stopped');
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.startTimer(delayMs, resolve);
    });
  }
}
