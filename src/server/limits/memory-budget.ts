/** What a connection costs anyway. For requests up to this size a part of the budget is kept that larger ones cannot take. */
export const SMALL_BYTES: number = 64 * 1024;

/** That part. */
const KEPT_FOR_SMALL = 1 / 8;

/**
 * Counts the bytes of requests that have been announced or have come and are not answered yet, and says whether more fit.
 * Counts only: whoever holds bytes says how many it held and how many it wants to hold, and gives all of them back at the
 * end.
 *
 * Small requests have a part of their own, so that those who announce much and send little do not shut them out. Of large
 * ones, one always fits, however large: a limit below the largest body slows such bodies down and refuses none for ever.
 */
export class MemoryBudget {
  readonly limitBytes: number;
  #smallBytes = 0;
  #largeBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Bytes of all requests. */
  get heldBytes(): number {
    return this.#smallBytes + this.#largeBytes;
  }

  /**
   * Changes what one request holds from so many bytes to so many. False, and nothing is changed, where there is no room;
   * to hold less is always possible.
   */
  resize(fromBytes: number, toBytes: number): boolean {
    if (toBytes > fromBytes && !this.#hasRoom(fromBytes, toBytes)) return false;
    this.#add(fromBytes, -fromBytes);
    this.#add(toBytes, toBytes);
    return true;
  }

  #hasRoom(fromBytes: number, toBytes: number): boolean {
    const isSmallNow = fromBytes <= SMALL_BYTES;
    const otherSmall = this.#smallBytes - (isSmallNow ? fromBytes : 0);
    const otherLarge = this.#largeBytes - (isSmallNow ? 0 : fromBytes);
    const forLarge = this.limitBytes * (1 - KEPT_FOR_SMALL);
    if (toBytes <= SMALL_BYTES)
      return otherSmall + toBytes + Math.min(otherLarge, forLarge) <= this.limitBytes;
    return otherLarge === 0 || otherLarge + otherSmall + toBytes <= forLarge;
  }

  #add(size: number, bytes: number): void {
    if (size <= SMALL_BYTES) this.#smallBytes += bytes;
    else this.#largeBytes += bytes;
  }
}
