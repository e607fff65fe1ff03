import type { CoreShare } from './core-shares.js';
import { type AheadLook, LONGEST_AHEAD_MS, mayRunAhead } from './run-ahead.js';
import type { Runner } from './runner.js';

/** A runner, and what is known of its runs. */
export interface PooledRunner {
  readonly runner: Runner;
  recentRunMs: number | null;
  /** Of the run that it was given last. */
  newestRows: number;
  /** What that is expected to take. */
  newestMs: number;
  /** How long a run is on its way between the threads; one way takes what the other does. */
  wayMs: number;
  /** The clock's time in milliseconds at which it should be done with what it has. */
  doneAt: number;
  /** Whether its threads count among those that run. */
  isCounted: boolean;
}

/** The work for which a runner is looked for. */
export interface Demand {
  readonly waitingRows: number;
  readonly mostRows: number;
}

/** A run that is about to be given to a runner. */
export interface StartingRun {
  readonly rows: number;
  readonly expectedMs: number;
}

/** What a run that ended took. */
export interface EndedRun {
  /** Inside the engine. */
  readonly runMs: number;
  /** From its end until its answers were here. */
  readonly backMs: number;
}

/** How much the newest run counts in the recent time. */
const RECENT_WEIGHT = 0.2;

/** The runners of one model version. */
export class RunnerPool {
  readonly #pooled: PooledRunner[] = [];
  readonly #share: CoreShare | null;

  constructor(share: CoreShare | null) {
    this.#share = share;
  }

  get size(): number {
    return this.#pooled.length;
  }

  /** Runners that have nothing to do. */
  get idle(): number {
    return this.#pooled.filter(isIdle).length;
  }

  /** Whether there is one that might take a run now. */
  hasPlace(now: number): boolean {
    return this.#pooled.some((pooled) => {
      const { runner, recentRunMs } = pooled;
      if (runner.freeSlots === 0) return false;
      if (runner.inFlight === 0) return true;
      return recentRunMs !== null && (recentRunMs <= LONGEST_AHEAD_MS || leftMs(pooled, now) <= 0);
    });
  }

  /** In how many milliseconds the first one that is at work should be given its next run; null where none should. */
  handOverInMs(now: number): number | null {
    const all = this.#pooled
      .filter(
        ({ runner, recentRunMs }) => runner.inFlight === 1 && runner.freeSlots > 0 && recentRunMs !== null,
      )
      .map((pooled) => leftMs(pooled, now));
    return all.length === 0 ? null : Math.min(...all);
  }

  /** When the first of them should be done with what it has. */
  get nextDoneAt(): number {
    return Math.min(...this.#pooled.map((pooled) => (isIdle(pooled) ? 0 : pooled.doneAt)));
  }

  add(runner: Runner): void {
    this.#pooled.push({
      runner,
      recentRunMs: null,
      newestRows: 0,
      newestMs: 0,
      wayMs: 0,
      doneAt: 0,
      isCounted: false,
    });
  }

  remove(runner: Runner): void {
    const at = this.#pooled.findIndex((pooled) => pooled.runner === runner);
    if (at >= 0) this.#pooled.splice(at, 1);
  }

  /** The runner that should have the next run; null where it should rather wait. */
  pick(demand: Demand, now: number): PooledRunner | null {
    return this.#pickIdle() ?? this.#pickAhead(demand, now);
  }

  /** To be called before the run is given to it. */
  starting(pooled: PooledRunner, run: StartingRun, now: number): void {
    if (!pooled.isCounted) this.#share?.started(pooled.runner.hostThreads);
    pooled.isCounted = true;
    pooled.doneAt = Math.max(now + pooled.wayMs, pooled.doneAt) + run.expectedMs;
    pooled.newestRows = run.rows;
    pooled.newestMs = run.expectedMs;
  }

  /** To be called when the run has ended, however it did. */
  ended(pooled: PooledRunner, now: number, run: EndedRun | null): void {
    const { hostThreads, inFlight } = pooled.runner;
    if (run !== null) {
      pooled.recentRunMs = recentOf(pooled.recentRunMs, run.runMs);
      pooled.wayMs = recentOf(pooled.wayMs, run.backMs);
    }
    this.#share?.used(hostThreads, run?.runMs ?? 0);
    if (inFlight > 0) {
      // The next one began when this one ended.
      pooled.doneAt = now - (run?.backMs ?? 0) + pooled.newestMs;
      return;
    }
    pooled.doneAt = now;
    if (pooled.isCounted) this.#share?.ended(hostThreads);
    pooled.isCounted = false;
  }

  #pickIdle(): PooledRunner | null {
    const idle = this.#pooled.find(isIdle);
    if (idle === undefined) return null;
    return this.#share?.mayStart(idle.runner.hostThreads) === false ? null : idle;
  }

  /** Among those that may be given more, the one that is done first. */
  #pickAhead(demand: Demand, now: number): PooledRunner | null {
    let best: PooledRunner | null = null;
    for (const pooled of this.#pooled) {
      const { runner, recentRunMs, newestRows, doneAt } = pooled;
      if (runner.inFlight === 0 || runner.freeSlots === 0) continue;
      // Written out: V8 makes a new hidden class for each object that is spread from two.
      const look: AheadLook = {
        recentRunMs,
        inFlight: runner.inFlight,
        newestRows,
        waitingRows: demand.waitingRows,
        mostRows: demand.mostRows,
        runners: this.#pooled.length,
        leftMs: leftMs(pooled, now),
      };
      if (!mayRunAhead(look)) continue;
      if (this.#share?.mayFollow(runner.hostThreads) === false) continue;
      if (best === null || doneAt < best.doneAt) best = pooled;
    }
    return best;
  }
}

function recentOf(recent: number | null, newest: number): number {
  return recent === null ? newest : recent + RECENT_WEIGHT * (newest - recent);
}

/** Until its next run would have to leave for its thread, to be there when the thread is done with the last. */
function leftMs(pooled: PooledRunner, now: number): number {
  return pooled.doneAt - pooled.wayMs - now;
}

/** Whether it takes nothing and has nothing: it was lost, for good or for now. */
export function isGone({ runner }: PooledRunner): boolean {
  return runner.inFlight === 0 && runner.freeSlots === 0;
}

function isIdle({ runner }: PooledRunner): boolean {
  return runner.inFlight === 0 && runner.freeSlots > 0;
}
