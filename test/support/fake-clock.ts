import type { Clock, Timer } from '#core/clock.js';

/** What time it is when a test begins: 2026-01-01. */
export const FAKE_EPOCH_MS: number = Date.UTC(2026, 0, 1);

/** A clock that stands still until a test moves it. Timers fire in the order of their times. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly fn: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  epochMs(): number {
    return FAKE_EPOCH_MS + this.#now;
  }

  startTimer(delayMs: number, fn: () => void): Timer {
    const timer = { at: this.#now + delayMs, fn };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      },
    };
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Moves the time and fires what falls due. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#now = due.at;
      due.fn();
    }
    this.#now = end;
  }
}
