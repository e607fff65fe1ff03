/** How long everything is measured, and where the processes run. */
import { availableParallelism } from 'node:os';
import type { Plan } from '../side-by-side.js';

export interface BatchingPlan {
  /** Each size of batch, on the bare engine and as a static batch. */
  readonly sizes: readonly number[];
  readonly runTimeMs: number;
  readonly sweepMs: number;
  readonly compare: Plan;
  readonly lowLoad: Rounds;
  readonly latency: Rounds & { readonly shares: readonly number[] };
  readonly overload: Overload;
  readonly twoModels: Rounds;
}

export interface Rounds {
  readonly rounds: number;
  readonly blockMs: number;
}

export interface Overload {
  /** Of the peak. */
  readonly factors: readonly number[];
  readonly durationMs: number;
  /** Before and after the overload. */
  readonly probeMs: number;
}

export const FULL_PLAN: BatchingPlan = {
  sizes: [1, 2, 4, 8, 16, 32, 64],
  runTimeMs: 400,
  sweepMs: 1000,
  compare: { rounds: 8, blockMs: 1300, warmUpMs: 700 },
  lowLoad: { rounds: 10, blockMs: 1800 },
  latency: { rounds: 4, blockMs: 7000, shares: [0.5, 0.7, 0.8, 0.9] },
  overload: { factors: [2, 5], durationMs: 30_000, probeMs: 10_000 },
  twoModels: { rounds: 6, blockMs: 5000 },
};

/** Whether everything works: the figures mean little. */
export const QUICK_PLAN: BatchingPlan = {
  sizes: [1, 8, 64],
  runTimeMs: 150,
  sweepMs: 500,
  compare: { rounds: 2, blockMs: 600, warmUpMs: 400 },
  lowLoad: { rounds: 2, blockMs: 600 },
  latency: { rounds: 1, blockMs: 1000, shares: [0.5, 0.9] },
  overload: { factors: [2], durationMs: 2000, probeMs: 1000 },
  twoModels: { rounds: 1, blockMs: 1500 },
};

/** CPUs as `taskset -c` takes them. */
export interface Layout {
  readonly server: string;
  readonly load: string;
}

export type LayoutName = 'shared' | 'pinned';

/**
 * `shared`: the server has two CPUs, as the product has them. The load generators keep to the second one, or to a
 * third where there is one, so that one CPU is left to the engine.
 * `pinned`: everything of the server is on one CPU, the load on another: threads compete, and only those of the server.
 */
export function layoutOf(name: LayoutName): Layout {
  const cpus = availableParallelism();
  if (cpus < 2) throw new Error('this needs two CPUs: one for the server and one for the load');
  if (name === 'pinned') return { server: '0', load: '1' };
  return { server: '0-1', load: cpus > 2 ? '2' : '1' };
}

/** One instance of one thread: the bare engine can be made the same, and one CPU is left for what is around it. */
export const DEVICE = 'cpu(1)*1';
export const INSTANCES = 1;
