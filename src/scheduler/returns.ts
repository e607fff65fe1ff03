/** How much the newest window counts. */
const WEIGHT = 0.2;
/** Whoever sends the next request as soon as it has its answer, has sent it by then; with a part of tau0 that is worth it. */
const SHARE_OF_FIXED = 1 / 3;
const LONGEST_MS = 10;

/** What comes in the first moments after a run has ended: callers who had their answers and ask again. */
interface Window {
  readonly untilMs: number;
  /** Of the run that ended. */
  readonly rows: number;
  came: number;
}

/** What is still expected, and until when. */
export interface Expected {
  readonly rows: number;
  readonly until: number;
}

/**
 * Learns how many of those who are answered are back at once with another request. Where most are, as with a fixed number
 * of callers who ask one thing after the other, a run that starts without them makes them wait for all of it, and from
 * then on the callers are two halves that wait for each other.
 */
export class Returns {
  #window: Window | null = null;
  #share = 0;

  /** A run of so many rows has ended, of which `fixedMs` does not depend on the rows. */
  ended(rows: number, fixedMs: number, now: number): void {
    this.#close();
    const lengthMs = Math.min(LONGEST_MS, SHARE_OF_FIXED * fixedMs);
    this.#window = { untilMs: now + lengthMs, rows: Math.max(1, rows), came: 0 };
  }

  arrived(rows: number, now: number): void {
    if (this.#window !== null && now <= this.#window.untilMs) this.#window.came += rows;
  }

  /** Null where nothing is. */
  expected(now: number): Expected | null {
    if (this.#window === null || now >= this.#window.untilMs) return null;
    const { rows, came, untilMs } = this.#window;
    const missing = Math.round(this.#share * rows) - came;
    return missing <= 0 ? null : { rows: missing, until: untilMs };
  }

  #close(): void {
    if (this.#window === null) return;
    const { rows, came } = this.#window;
    this.#share += WEIGHT * (Math.min(1, came / rows) - this.#share);
    this.#window = null;
  }
}
