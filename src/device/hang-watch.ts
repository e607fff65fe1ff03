import type { Clock, Timer } from '#core/clock.js';

/**
 * Watches over the runs of one session, which are run one after the other: `onHang` is called where for `timeoutMs` none
 * has ended although one was there.
 */
export class HangWatch {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #onHang: () => void;
  #running = 0;
  #timer: Timer | null = null;

  constructor(timeoutMs: number, clock: Clock, onHang: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#onHang = onHang;
  }

  /** Watches over a run that has begun, or waits behind others of the session. */
  async over<Value>(run: Promise<Value>): Promise<Value> {
    this.#running++;
    if (this.#running === 1) this.#begin();
    try {
      return await run;
    } finally {
      this.#running--;
      this.#begin();
    }
  }

  #begin(): void {
    this.#timer?.cancel();
    this.#timer = this.#running === 0 ? null : this.#clock.startTimer(this.#timeoutMs, this.#onHang);
  }
}
