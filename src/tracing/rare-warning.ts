import type { Clock } from '#core/clock.js';
import type { Logger } from '#core/log.js';

/** A warning about something that may go on for long: it is given once in a while, with the sum of what has come since. */
export class RareWarning {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #sum = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(log: Pick<Logger, 'warn'>, clock: Clock, intervalMs: number) {
    this.#log = log;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** @param text says what happened, so many times */
  warn(count: number, text: (sum: number) => string): void {
    this.#sum += count;
    const now = this.#clock.now();
    if (now < this.#quietUntil) return;
    this.#log.warn(text(this.#sum));
    this.#sum = 0;
    this.#quietUntil = now + this.#intervalMs;
  }
}
