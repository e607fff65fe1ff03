import type { Timer } from '#core/clock.js';
import { FakeClock } from './fake-clock.js';

/** Shorter waits than this are over at the next turn of the event loop. */
const HASTY_MS = 10_000;

/** A clock for those who only wait a little, to try again or to look again: such waits take no time. Longer ones wait for the test. */
export class HastyClock extends FakeClock {
  /** The waits that were cut short, in milliseconds. */
  readonly waits: number[] = [];

  override startTimer(delayMs: number, fn: () => void): Timer {
    if (delayMs >= HASTY_MS) return super.startTimer(delayMs, fn);
    this.waits.push(delayMs);
    const handle = setImmediate(fn);
    return { cancel: () => clearImmediate(handle) };
  }
}
