import type { Settings } from '#config/settings.js';
import type { Clock } from '#core/clock.js';
import { deferred } from '#core/deferred.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Parts } from './build.js';

const log = loggerOf('app::stop');

/** How long connections may last that have nothing more to say. */
const CUT_OFF_MS = 1000;

/**
 * Stops a server, top down, as it was started bottom up: readiness off, later no new work, what is in flight
 * finishes, the models are closed, the ports last, so that whoever asks meanwhile hears 503 and never a closed door.
 */
export class Stopper {
  readonly #parts: Parts;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #stopped = deferred<number>();
  #stopping = false;

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
    return this.#stopping;
  }

  /** The first call drains; the second ends the wait at once. */
  stop(status: number): void {
    if (this.#stopping) {
      log.warn('stopping at once: requests in flight are cut off');
      this.#stopped.resolve(status === 0 ? 1 : status);
      return;
    }
    this.#stopping = true;
    this.#drain().then(
      () => this.#stopped.resolve(status),
      (thrown: unknown) => {
        log.error(`stopping failed: ${messageOf(thrown)}`);
        this.#stopped.resolve(1);
      },
    );
  }

  async #drain(): Promise<void> {
    const { gate, listener, grpcListener, models } = this.#parts;
    const { drainDelayMs, drainTimeoutMs } = this.#settings;
    log.info(`shutting down: not ready any more; new requests are refused in ${drainDelayMs / 1000} s`);
    gate.leave();
    listener.leave();
    grpcListener?.leave();
    if (drainDelayMs > 0) await this.#pause(drainDelayMs);
    const inside = gate.inside;
    if (inside > 0) log.info(`waiting for ${inside} requests in flight (${drainTimeoutMs / 1000} s at most)`);
    await Promise.race([gate.close(), this.#pause(drainTimeoutMs)]);
    if (gate.inside > 0) log.warn(`${gate.inside} requests did not finish in time and are cut off`);
    const loading = models.index().filter((entry) => entry.state === 'LOADING').length;
    if (loading > 0)
      log.info(`waiting for ${loading} loads to end: an engine cannot be stopped in the middle of one`);
    await Promise.race([models.stop(), this.#pause(drainTimeoutMs)]);
    await Promise.all([listener.close(CUT_OFF_MS), grpcListener?.close(CUT_OFF_MS)]);
    log.info('stopped');
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.startTimer(delayMs, resolve);
    });
  }
}
