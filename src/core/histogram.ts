/** Upper bounds in milliseconds: six in each power of ten, from 0.1 ms to a minute. What is longer has a place of its own. */
export const LATENCY_BOUNDS_MS: readonly number[] = [0.1, 1, 10, 100, 1000, 10_000]
  .flatMap((decade) => [1, 1.5, 2, 3, 5, 7].map((step) => Number((decade * step).toPrecision(2))))
  .filter((bound) => bound <= 60_000);

/** How often something took how long: one count for each of `LATENCY_BOUNDS_MS`, and one for what took longer. */
export interface LatencyCounts {
  /** Of those at most as long as the bound, and longer than the one before it. */
  readonly counts: readonly number[];
  readonly sumNs: number;
}

/** Counts how long things take. */
export class LatencyHistogram {
  readonly #counts: number[] = new Array(LATENCY_BOUNDS_MS.length + 1).fill(0);
  #sumNs = 0;

  add(ns: number): void {
    this.#sumNs += ns;
    const at = placeOf(ns / 1e6);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** A copy. */
  get counts(): LatencyCounts {
    return { counts: [...this.#counts], sumNs: Math.round(this.#sumNs) };
  }
}

/** The first bound that is not smaller. */
function placeOf(ms: number): number {
  let [low, high] = [0, LATENCY_BOUNDS_MS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((LATENCY_BOUNDS_MS[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
