/** When requests come in: made beforehand from a seed, so that every participant and the ideal meet the same ones. */

export interface ArrivalOrder {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly seed: number;
  /** Of the first moment. */
  readonly startMs?: number;
}

/** A Poisson stream: milliseconds in ascending order, the gaps between them exponential. */
export function poissonArrivals({ perSecond, durationMs, seed, startMs = 0 }: ArrivalOrder): Float64Array {
  const random = uniform(seed);
  const meanGapMs = 1000 / perSecond;
  const times: number[] = [];
  for (let at = gap(random, meanGapMs); at < durationMs; at += gap(random, meanGapMs))
    times.push(startMs + at);
  return Float64Array.from(times);
}

function gap(random: () => number, meanMs: number): number {
  return -Math.log(1 - random()) * meanMs;
}

/** Numbers in [0, 1) from a seed. Source: mulberry32, Tommy Ettinger. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
