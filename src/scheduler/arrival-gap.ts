/** How much the newest gap counts. */
const WEIGHT = 0.1;

/** The recent time between two rows that come, in milliseconds. */
export class ArrivalGap {
  #lastAt: number | null = null;
  #ms: number | null = null;

  /** So many rows came. */
  arrived(rows: number, now: number): void {
    if (this.#lastAt !== null) {
      const ms = (now - this.#lastAt) / Math.max(1, rows);
      this.#ms = this.#ms === null ? ms : this.#ms + WEIGHT * (ms - this.#ms);
    }
    this.#lastAt = now;
  }

  /** Null until two have come. */
  get ms(): number | null {
    return this.#ms;
  }

  /** When the last one came; null when none has. */
  get lastAt(): number | null {
    return this.#lastAt;
  }
}
