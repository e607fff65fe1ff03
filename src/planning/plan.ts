import type { ModelProfile } from './profile.js';
import {
  MOST_LOAD,
  type ReplicaShape,
  type ReplicaState,
  replicaState,
  type Saturation,
  saturationOf,
} from './replica.js';
import { runMsOf } from './run-cost.js';

/** What is asked of all replicas together. */
export interface PlanTarget {
  readonly perSecond: number;
  /** 99 of 100 requests take no longer. */
  readonly p99Ms: number;
  /** Cores that one replica may have; null for as many as the profile was measured with. */
  readonly cores: number | null;
  /** So much more than the rate is planned for: 0.2 is a fifth. */
  readonly headroom: number;
  /** So many replicas may be lost, and those that are left still do it. */
  readonly spare: number;
}

/** So many replicas, what they do, and what is left when one of them is lost. */
export interface Plan {
  readonly replicas: number;
  readonly shape: ReplicaShape;
  /** Of one replica, where that is known. */
  readonly memoryBytes: number | null;
  /** With all of them, at the rate itself. */
  readonly state: ReplicaState;
  /** Of one replica. */
  readonly saturation: Saturation;
  /** With one fewer; null where the others cannot keep up, or there are none. */
  readonly oneLost: ReplicaState | null;
  /** Bytes in a second, to all of them and back; null where it is not known. */
  readonly bytesPerSecond: number | null;
}

/** A target that no number of replicas reaches. The message is one sentence. */
export class ImpossibleTarget extends Error {}

/** More replicas than that are a mistake in the question. */
const MOST_REPLICAS = 10_000;

/**
 * The plan with the fewest cores, and of those the one with the fewest replicas. Each replica gets its part of the requests, at
 * random. Throws `ImpossibleTarget`.
 */
export function planFor(profile: ModelProfile, target: PlanTarget): Plan {
  const shapes = shapesOf(profile, target.cores);
  const fastest = Math.min(...shapes.map((shape) => replicaState(profile, shape, 1e-3)?.p99Ms ?? Infinity));
  if (fastest > target.p99Ms) throw new ImpossibleTarget(tooFast(profile, target, fastest));
  const plans = shapes.flatMap((shape) => planOf(profile, target, shape) ?? []);
  const [first] = plans;
  if (first === undefined)
    throw new ImpossibleTarget(
      `more than ${MOST_REPLICAS} replicas would be needed for ${target.perSecond}/s`,
    );
  return plans.reduce((best, each) => (isCheaper(each, best) ? each : best), first);
}

function isCheaper(one: Plan, other: Plan): boolean {
  const coresOf = ({ replicas, shape }: Plan): number => replicas * shape.cores;
  const difference = coresOf(one) - coresOf(other);
  return difference < 0 || (difference === 0 && one.replicas < other.replicas);
}

/** From one instance to as many as the cores hold; without cores, the server that was measured. */
function shapesOf(profile: ModelProfile, cores: number | null): readonly ReplicaShape[] {
  const { instances, threads } = profile;
  if (cores === null)
    return [{ instances, cores: Math.max(1, Math.min(profile.cores, instances * threads + 1)) }];
  const most = Math.max(1, Math.floor(cores / threads));
  return Array.from({ length: Math.min(most, 64) }, (_, i) => ({
    instances: i + 1,
    // The main thread has a core of its own where there is one.
    cores: Math.min(cores, (i + 1) * threads + 1),
  }));
}

function planOf(profile: ModelProfile, target: PlanTarget, shape: ReplicaShape): Plan | null {
  const asked = target.perSecond * (1 + target.headroom);
  const saturation = saturationOf(profile, shape);
  const isEnough = (replicas: number): boolean => {
    const state = replicaState(profile, shape, asked / replicas);
    return state !== null && state.p99Ms <= target.p99Ms;
  };
  const needed = leastThat(isEnough, Math.max(1, Math.ceil(asked / saturation.perSecond / MOST_LOAD)));
  if (needed === null) return null;
  const replicas = needed + target.spare;
  const state = replicaState(profile, shape, target.perSecond / replicas);
  if (state === null) return null;
  const { instanceBytes, processBytes, requestBytes, answerBytes } = profile;
  return {
    replicas,
    shape,
    memoryBytes: instanceBytes === null ? null : processBytes + shape.instances * instanceBytes,
    state,
    saturation,
    oneLost: replicas === 1 ? null : replicaState(profile, shape, target.perSecond / (replicas - 1)),
    bytesPerSecond:
      requestBytes === null || answerBytes === null ? null : target.perSecond * (requestBytes + answerBytes),
  };
}

/** The least number that is enough, from `first` on, by halving; null where none of those that there may be is. */
function leastThat(isEnough: (count: number) => boolean, first: number): number | null {
  let [below, enough] = [first - 1, first];
  while (!isEnough(enough)) {
    below = enough;
    enough *= 2;
    if (below > MOST_REPLICAS) return null;
  }
  while (enough - below > 1) {
    const middle = (below + enough) >> 1;
    if (isEnough(middle)) enough = middle;
    else below = middle;
  }
  return enough;
}

function tooFast(profile: ModelProfile, { p99Ms }: PlanTarget, fastestMs: number): string {
  const runMs = runMsOf(profile.runs)(1);
  if (runMs > p99Ms) return `a p99 of ${text(p99Ms)} ms is less than one run alone takes (${text(runMs)} ms)`;
  return `a p99 of ${text(p99Ms)} ms is less than 99 of 100 requests take that are alone in a server (${text(fastestMs)} ms)`;
}

function text(ms: number): string {
  return String(Number(ms.toPrecision(2)));
}
