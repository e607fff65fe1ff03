import type { CoreShare } from './core-shares.js';
import { mayRunAhead } from './run-ahead.js';
import type { Runner } from './runner.js';

/** A runner, and what is known of its runs. */
export interface PooledRunner {
  readonly runner: Runner;
  recentRunMs: number | null;
  /** Of the run that it was given last. */
  newestRows: number;
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

  get hasFreeSlot(): boolean {
    return this.#pooled.some(({ runner }) => runner.freeSlots > 0);
  }

  /** When the first of them should be done with what it has. */
  get nextDoneAt(): number {
    return Math.min(...this.#pooled.map((pooled) => (isIdle(pooled) ? 0 : pooled.doneAt)));
  }

  add(runner: Runner): void {
    this.#pooled.push({ runner, recentRunMs: null, newestRows: 0, doneAt: 0, isCounted: false });
  }

  remove(runner: Runner): void {
    const at = this.#pooled.findIndex((pooled) => pooled.runner === runner);
    if (at >= 0) this.#pooled.splice(at, 1);
  }

  /** The runner that should have the next run; null where it should rather wait. */
  pick(demand: Demand): PooledRunner | null {
    return this.#pickIdle() ?? this.#pickAhead(demand);
  }

  /** To be called before the run is given to it. */
  starting(pooled: PooledRunner, run: StartingRun, now: number): void {
    if (!pooled.isCounted) this.#share?.started(pooled.runner.hostThreads);
    pooled.isCounted = true;
    pooled.doneAt = Math.max(now, pooled.doneAt) + run.expectedMs;
    pooled.newestRows = run.rows;
  }

  /** To be called when the run has ended, however it did. */
  ended(pooled: PooledRunner, now: number, runMs: number | null): void {
    if (runMs !== null) {
      const recent = pooled.recentRunMs ?? runMs;
      pooled.recentRunMs = recent + RECENT_WEIGHT * (runMs - recent);
    }
    const { hostThreads, inFlight } = pooled.runner;
    this.#share?.used(hostThreads, runMs ?? 0);
    if (inFlight > 0) return;
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
  #pickAhead(demand: Demand): PooledRunner | null {
    let best: PooledRunner | null = null;
    for (const pooled of this.#pooled) {
      const { runner, recentRunMs, newestRows, doneAt } = pooled;
      if (runner.inFlight === 0 || runner.freeSlots === 0) continue;
      const { inFlight } = runner;
      if (!mayRunAhead({ ...demand, recentRunMs, inFlight, newestRows, runners: this.#pooled.length }))
        continue;
      if (best === null || doneAt < best.doneAt) best = pooled;
    }
    return best;
  }
}

/** Whether it takes nothing and has nothing: it was lost, for good or for now. */
export function isGone({ runner }: PooledRunner): boolean {
  return runner.inFlight === 0 && runner.freeSlots === 0;
}

function isIdle({ runner }: PooledRunner): boolean {
  return runner.inFlight === 0 && runner.freeSlots > 0;
}
