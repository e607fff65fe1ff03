import { Distribution } from './distribution.js';
import { type EngineState, engineState } from './engine-queue.js';
import { fixedRunWait } from './fixed-run-queue.js';
import type { ModelProfile } from './profile.js';
import { runMsOf } from './run-cost.js';

/** One server process with so many copies of the model, on so many cores. */
export interface ReplicaShape {
  readonly instances: number;
  readonly cores: number;
}

/** What gives out first when more and more is asked. */
export type Limit = 'engine' | 'cores' | 'main thread';

export interface Saturation {
  readonly perSecond: number;
  readonly limit: Limit;
}

/** What a replica does under so much load. */
export interface ReplicaState {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Parts of the time, 0 to 1: of the engines, and of the main thread. */
  readonly engineBusy: number;
  readonly mainBusy: number;
  /** Of the rate at which it is saturated. */
  readonly load: number;
  readonly meanRows: number;
}

/** The most that a replica answers in a second. */
export function saturationOf(profile: ModelProfile, { instances, cores }: ReplicaShape): Saturation {
  const { mostRows, threads, aroundMs } = profile;
  const rowMs = runMsOf(profile.runs)(mostRows) / mostRows;
  const around = aroundMs ?? 0;
  const bounds: readonly Saturation[] = [
    { limit: 'engine', perSecond: (1000 * instances) / rowMs },
    { limit: 'cores', perSecond: (1000 * cores) / (around + threads * rowMs) },
    { limit: 'main thread', perSecond: around > 0 ? 1000 / around : Number.POSITIVE_INFINITY },
  ];
  return bounds.reduce((least, each) => (each.perSecond < least.perSecond ? each : least));
}

/** Beyond that part of what it could do at most, a queue grows for so long that small errors of the profile decide: nobody plans for it. */
export const MOST_LOAD = 0.97;

/** Under requests that come at random; null where it cannot keep up with them. */
export function replicaState(
  profile: ModelProfile,
  shape: ReplicaShape,
  perSecond: number,
): ReplicaState | null {
  const load = perSecond / saturationOf(profile, shape).perSecond;
  if (!(load < MOST_LOAD)) return null;
  const perMs = perSecond / 1000;
  const mainBusy = perMs * (profile.aroundMs ?? 0);
  const engine = engineUnder(profile, shape, perMs);
  if (engine === null) return null;
  const further = [mainStage(profile, perMs), unevenness(profile)].filter((each) => each !== null);
  const latency = further.reduce((sum, each) => sum.plus(each), engine.latency);
  const shiftMs = unknownMs(profile);
  return {
    p50Ms: latency.quantileMs(0.5) + shiftMs,
    p99Ms: latency.quantileMs(0.99) + shiftMs,
    engineBusy: engine.busy,
    mainBusy,
    load,
    meanRows: engine.meanRows,
  };
}

/** How often the run times are looked at again once it is known how busy the engines are. */
const TURNS = 3;

/** The engines' queue. Where main thread and engines are more than the cores, runs take longer while all are at work. */
function engineUnder(
  profile: ModelProfile,
  { instances, cores }: ReplicaShape,
  perMs: number,
): EngineState | null {
  const { mostRows, threads, aroundMs } = profile;
  const runMs = runMsOf(profile.runs);
  const mainBusy = perMs * (aroundMs ?? 0);
  let busy = 1;
  let state: EngineState | null = null;
  for (let turn = 0; turn < TURNS; turn++) {
    const slower = slowdown({ instances, threads, cores, busy, mainBusy });
    const stretched = (rows: number): number => runMs(rows) * slower;
    if (perMs * stretched(mostRows) >= 0.999 * instances * mostRows) return state;
    state = engineState({ perMs, runMs: stretched, mostRows, engines: instances });
    if (slower === 1 || instances === 1) return state;
    busy = state.busy;
  }
  return state;
}

interface Crowd {
  readonly instances: number;
  readonly threads: number;
  readonly cores: number;
  /** The part of the time for which an engine is at work, and that of the main thread. */
  readonly busy: number;
  readonly mainBusy: number;
}

/** How much longer a run takes beside the other engines and the main thread, as often as they are at work; 1 where cores are enough. */
function slowdown({ instances, threads, cores, busy, mainBusy }: Crowd): number {
  const others = instances - 1;
  const sharedBy = (running: number): number => Math.max(1, running / cores);
  let chance = (1 - busy) ** others;
  let mean = 0;
  for (let k = 0; k <= others; k++) {
    if (busy >= 1) chance = k === others ? 1 : 0;
    const running = threads * (1 + k);
    mean += chance * ((1 - mainBusy) * sharedBy(running) + mainBusy * sharedBy(running + 1));
    chance *= ((others - k) / (k + 1)) * (busy / Math.max(1e-12, 1 - busy));
  }
  // With all at work, the main thread takes its part whatever the engines would like.
  const atBest = (threads * (1 + others * busy)) / Math.max(1e-3, cores - mainBusy);
  return Math.max(mean, atBest);
}

/** The wait for the main thread, and what it does for the request. */
function mainStage({ aroundMs }: ModelProfile, perMs: number): Distribution | null {
  if (aroundMs === null || aroundMs <= 0) return null;
  return fixedRunWait({ perMs, runMs: aroundMs, servers: 1 }).later(aroundMs);
}

/** By how much requests that were alone differ from the fastest of them. */
function unevenness({ aloneMs }: ModelProfile): Distribution | null {
  const [fastest] = aloneMs;
  const slowest = aloneMs.at(-1);
  if (fastest === undefined || slowest === undefined || slowest <= fastest) return null;
  return Distribution.of(
    aloneMs.map((ms) => ({ ms: ms - fastest, chance: 1 })),
    slowest - fastest,
  );
}

/** What a request alone takes beyond main thread, run and unevenness: the way to the server and back. Negative where those were too large. */
function unknownMs({ aloneMs, aroundMs, runs }: ModelProfile): number {
  if (aloneMs.length === 0) return 0;
  const mean = aloneMs.reduce((sum, ms) => sum + ms, 0) / aloneMs.length;
  const uneven = mean - (aloneMs[0] ?? 0);
  return mean - uneven - (aroundMs ?? 0) - runMsOf(runs)(1);
}
