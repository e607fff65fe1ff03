import type { Clock, Timer } from '#core/clock.js';
import type { Sequence } from './sequence.js';

/** The sequences of which nothing has been heard since their last answer. One timer watches all. */
export class IdleSequences {
  readonly #clock: Clock;
  readonly #maxIdleMs: number;
  readonly #onExpired: (sequence: Sequence) => void;
  /** Until when each may be idle; the first comes first, as all may be idle for the same time. */
  readonly #until = new Map<Sequence, number>();
  #timer: Timer | null = null;

  /** @param onExpired hears of each that was idle for too long, and that is not here any more */
  constructor(clock: Clock, maxIdleMs: number, onExpired: (sequence: Sequence) => void) {
    this.#clock = clock;
    this.#maxIdleMs = maxIdleMs;
    this.#onExpired = onExpired;
  }

  /** Its time starts now. */
  add(sequence: Sequence): void {
    this.#until.set(sequence, this.#clock.now() + this.#maxIdleMs);
    if (this.#timer === null) this.#watch();
  }

  remove(sequence: Sequence): void {
    this.#until.delete(sequence);
    if (this.#until.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Takes all out. */
  clear(): readonly Sequence[] {
    const all = [...this.#until.keys()];
    for (const sequence of all) this.remove(sequence);
    return all;
  }

  /** A timer that fires too early, as its sequence has been heard of, is set anew. */
  #watch(): void {
    const [first] = this.#until.values();
    this.#timer =
      first === undefined
        ? null
        : this.#clock.startTimer(Math.max(0, first - this.#clock.now()), () => this.#expire());
  }

  #expire(): void {
    const now = this.#clock.now();
    const late = [...this.#until].filter(([, until]) => until <= now).map(([sequence]) => sequence);
    for (const sequence of late) this.#until.delete(sequence);
    this.#watch();
    for (const sequence of late) this.#onExpired(sequence);
  }
}
