/** How much the newest batch counts. */
const WEIGHT = 0.1;

/**
 * How fast what waits gets done, by all runners together and with everything around them: measured from one end of a
 * run to the next for as long as something waits.
 */
export class DrainRate {
  #msPerRow: number | null = null;
  #lastEndAt: number | null = null;

  /**
   * A run of so many rows has ended.
   *
   * @param isBusy whether more waits, so that the time until the next end is all work
   */
  ended(rows: number, now: number, isBusy: boolean): void {
    if (this.#lastEndAt !== null) {
      const ms = (now - this.#lastEndAt) / Math.max(1, rows);
      this.#msPerRow = this.#msPerRow === null ? ms : this.#msPerRow + WEIGHT * (ms - this.#msPerRow);
    }
    this.#lastEndAt = isBusy ? now : null;
  }

  /** A run was lost with its runner: how long that took is no pace, and the next end has nothing to be counted from. */
  lost(): void {
    this.#lastEndAt = null;
  }

  /** Null until it could be measured. */
  get msPerRow(): number | null {
    return this.#msPerRow;
  }
}
