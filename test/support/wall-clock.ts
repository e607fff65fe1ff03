import { FakeClock } from './fake-clock.js';

/** A clock whose timers a test moves, and whose date is that of the host: certificates are made by it. */
export class WallClock extends FakeClock {
  override epochMs(): number {
    return Date.now() + this.now();
  }
}
