import { Distribution } from './distribution.js';
import { poissonChances } from './poisson.js';

/** Requests that come at random, one by one, to servers that take the same time for each: M/D/c in the books. */
export interface FixedRunQueue {
  readonly perMs: number;
  readonly runMs: number;
  readonly servers: number;
}

/** Below that a chance is none. */
const NONE = 1e-9;
const MOST_STEPS = 20_000;

/**
 * How long a request waits until its run begins. The queue has to be stable: perMs * runMs < servers.
 *
 * Source: Crommelin's chain (whoever is in service now is gone one run later, and whoever comes meanwhile is there), and
 * for the times Franx, A simple solution for the M/D/c waiting time distribution, 2001.
 */
export function fixedRunWait({ perMs, runMs, servers }: FixedRunQueue): Distribution {
  const load = perMs * runMs;
  const inSystem = stationary(load, servers);
  /** The chance that no more than so many wait. */
  const waiting = new Float64Array(Math.max(1, inSystem.length - servers));
  let reached = 0;
  inSystem.forEach((chance, k) => {
    reached += chance;
    if (k >= servers) waiting[k - servers] = reached;
    else waiting[0] = reached;
  });
  const atMost = (count: number): number => waiting[Math.min(count, waiting.length - 1)] ?? 1;
  const upTo = (ms: number): number => {
    const runs = Math.floor(ms / runMs) + 1;
    const comeMeanwhile = poissonTerms(perMs * (runs * runMs - ms), runs * servers);
    return comeMeanwhile.reduce((sum, chance, j) => sum + chance * atMost(runs * servers - 1 - j), 0);
  };
  return Distribution.upTo(upTo, longestMs(upTo, runMs));
}

/** The chances of 0 to `count - 1`. */
function poissonTerms(mean: number, count: number): Float64Array {
  return poissonChances(Math.max(mean, 1e-12)).subarray(0, count);
}

function longestMs(upTo: (ms: number) => number, runMs: number): number {
  let ms = runMs;
  while (upTo(ms) < 0.99995 && ms < 1e5 * runMs) ms *= 1.3;
  return ms;
}

/** How many are in the system: the chances of 0, 1, 2 and so on. */
function stationary(load: number, servers: number): Float64Array {
  const idle = Math.max(1e-6, 1 - load / servers);
  const size = Math.min(4000, servers + Math.ceil(12 / idle + 8 * Math.sqrt(load) + 20));
  const come = poissonChances(load);
  let chances = new Float64Array(size).fill(1 / size);
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = oneRunLater(chances, come, servers);
    const change = next.reduce((sum, chance, k) => sum + Math.abs(chance - (chances[k] ?? 0)), 0);
    chances = next;
    if (change < NONE) break;
  }
  return chances;
}

function oneRunLater(chances: Float64Array, come: Float64Array, servers: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(chances.length);
  chances.forEach((chance, k) => {
    if (chance < 1e-14) return;
    const left = Math.max(0, k - servers);
    come.forEach((comes, j) => {
      const at = Math.min(chances.length - 1, left + j);
      next[at] = (next[at] ?? 0) + chance * comes;
    });
  });
  return next;
}
