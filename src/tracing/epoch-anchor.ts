import type { Clock } from '#core/clock.js';

/** The two clocks may be read so far apart, and one of them tells whole milliseconds only. */
const READING_MS = 2;

/**
 * What to add to a clock's time for the time since 1970. The answer stays the same, so that times that were compared go on
 * fitting together, until somebody has set the clock.
 */
export class EpochAnchor {
  readonly #clock: Clock;
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = this.#fresh();
  }

  get offsetMs(): number {
    const fresh = this.#fresh();
    if (Math.abs(fresh - this.#offsetMs) > READING_MS) this.#offsetMs = fresh;
    return this.#offsetMs;
  }

  #fresh(): number {
    return this.#clock.epochMs() - this.#clock.now();
  }
}
