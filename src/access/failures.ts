import { networkOf } from './network-of.js';

/** So many networks are remembered; the one that failed longest ago is forgotten first. */
const MAX_NETWORKS = 10_000;
/** Whoever has not failed for so long has not failed. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

/** So many failures cost nothing: somebody may have mistyped. */
const FREE_FAILURES = 3;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

interface Record {
  readonly count: number;
  readonly atMs: number;
}

/** Remembers which networks showed credentials that were not right. */
export class Failures {
  /** The one that failed longest ago comes first. */
  readonly #records = new Map<string, Record>();

  /** Counts a failure; answers the how manieth it is in a row. */
  add(address: string | null, nowMs: number): number {
    const network = networkOf(address ?? '');
    const before = this.#records.get(network);
    const isForgotten = before === undefined || nowMs - before.atMs > FORGOTTEN_AFTER_MS;
    const count = isForgotten ? 1 : before.count + 1;
    this.#records.delete(network);
    this.#records.set(network, { count, atMs: nowMs });
    const [oldest] = this.#records.keys();
    if (this.#records.size > MAX_NETWORKS && oldest !== undefined) this.#records.delete(oldest);
    return count;
  }

  get size(): number {
    return this.#records.size;
  }
}

/** How long the answer to that failure is kept back: twice as long each time, up to a bound. */
export function delayMsOf(count: number): number {
  if (count <= FREE_FAILURES) return 0;
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (count - FREE_FAILURES - 1));
}

/** The first few, and then each that is twice as many as the last one told: whoever guesses does not fill the log. */
export function isTold(count: number): boolean {
  return count <= 10 || (count & (count - 1)) === 0;
}
