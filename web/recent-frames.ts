import { type Derived, derive } from './derive.js';
import type { Live } from './live-state.js';
import type { VersionStats } from './live-types.js';

/** What is said of "now" is the mean of so long a time: long enough to be steady, short enough to be news. */
export const RECENT_MS = 10_000;

interface Frame {
  readonly atMs: number;
  /** By model, then by version. What has not changed is the same object in every frame. */
  readonly models: Live['models'];
}

/** The frames of the last ten seconds. */
export class RecentFrames {
  #frames: readonly Frame[] = [];
  #boundsMs: readonly number[] = [];

  add({ atMs, models, latencyBoundsMs }: Live): void {
    const last = this.#frames.at(-1);
    // After a gap, or where the server's clock was set back, what was before says nothing.
    const goesOn = last !== undefined && atMs > last.atMs && atMs - last.atMs < RECENT_MS;
    const kept = goesOn ? this.#frames.filter((frame) => frame.atMs >= atMs - RECENT_MS - 500) : [];
    this.#frames = [...kept, { atMs, models }];
    this.#boundsMs = latencyBoundsMs;
  }

  /** What a version did in these ten seconds, or in as much of them as it was seen; null before there are two frames of it. */
  derived(model: string, version: string): Derived | null {
    const after = this.#frames.at(-1);
    const stats = after === undefined ? null : statsOf(after, model, version);
    if (after === undefined || stats === null) return null;
    const before = this.#frames.find((frame) => statsOf(frame, model, version) !== null);
    const first = before === undefined ? null : statsOf(before, model, version);
    if (before === undefined || before === after || first === null) return null;
    return derive(first, stats, (after.atMs - before.atMs) / 1000, this.#boundsMs);
  }

  /** How long a version's engine was at work, as a number of runs at the same time; null before there are two frames of it. */
  runsAtOnce(model: string, version: string): number | null {
    const after = this.#frames.at(-1);
    const before = this.#frames.find((frame) => statsOf(frame, model, version) !== null);
    if (after === undefined || before === undefined || before === after) return null;
    const [first, last] = [statsOf(before, model, version), statsOf(after, model, version)];
    if (first === null || last === null) return null;
    const busyNs = engineNs(last) - engineNs(first);
    // Loaded anew in between, it counts from nought.
    return (busyNs < 0 ? engineNs(last) : busyNs) / ((after.atMs - before.atMs) * 1e6);
  }
}

/** Of executions, not of requests: those that ran together count once. */
function engineNs({ batch_stats }: VersionStats): number {
  return batch_stats.reduce((sum, { compute_infer }) => sum + compute_infer.ns, 0);
}

function statsOf({ models }: Frame, model: string, version: string): VersionStats | null {
  return models.get(model)?.versions.find((each) => each.version === version)?.stats ?? null;
}
