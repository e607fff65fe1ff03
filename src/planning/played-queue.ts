import { Distribution } from './distribution.js';
import type { EngineQueue, EngineState } from './engine-queue.js';

const ARRIVALS = 120_000;
/** These find a queue that has not settled yet. */
const FIRST = 5000;
const SEED = 20_240_229;

/**
 * Several engines that take all that wait: no formula is known that is good for their slowest answers, as the lengths of their runs
 * depend on each other. So requests are played through, always the same ones.
 */
export function playedQueueState({ perMs, runMs, mostRows, engines }: EngineQueue): EngineState {
  const arrivals = poissonTimes(perMs);
  const latencies = new Float64Array(ARRIVALS);
  const freeAt = new Float64Array(engines);
  let [runs, busyMs] = [0, 0];
  for (let next = 0; next < ARRIVALS; ) {
    const engine = freeAt.indexOf(Math.min(...freeAt));
    const startsAt = Math.max(freeAt[engine] ?? 0, arrivals[next] ?? 0);
    let end = next + 1;
    while (end < ARRIVALS && end - next < mostRows && (arrivals[end] ?? 0) <= startsAt) end++;
    const ms = runMs(end - next);
    for (; next < end; next++) latencies[next] = startsAt + ms - (arrivals[next] ?? 0);
    freeAt[engine] = startsAt + ms;
    busyMs += ms;
    runs++;
  }
  const settled = latencies.subarray(FIRST);
  const longestMs = settled.reduce((most, ms) => Math.max(most, ms), 0);
  const outcomes = Array.from(settled, (ms) => ({ ms, chance: 1 }));
  return {
    latency: Distribution.of(outcomes, longestMs),
    meanRows: ARRIVALS / runs,
    busy: Math.min(1, busyMs / engines / Math.max(...freeAt)),
  };
}

function poissonTimes(perMs: number): Float64Array {
  const times = new Float64Array(ARRIVALS);
  let state = SEED;
  let at = 0;
  for (let i = 0; i < ARRIVALS; i++) {
    // Numbers in (0, 1) from a seed: mulberry32, Tommy Ettinger.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    at -= Math.log((((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32) / perMs;
    times[i] = at;
  }
  return times;
}
