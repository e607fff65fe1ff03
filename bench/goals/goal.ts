/** A goal, what was measured of it round by round, and what stands beside it. */
import { bootstrap, type Interval } from '../bootstrap.js';
import { peakBytes } from '../process.js';
import type { Block, Measured, Plan } from '../side-by-side.js';
import type { Goal } from '../spread.js';
import { median } from '../table.js';

/** As MLPerf names them: one at a time, several samples in one request, when they come, and all at once. */
export type Scenario = 'SingleStream' | 'MultiStream' | 'Server' | 'Offline';

export interface GoalRow {
  readonly goal: string;
  /** None where nobody asks. */
  readonly scenario: Scenario | '';
  /** One of each round. */
  readonly rounds: readonly number[];
  readonly bound: Goal;
  readonly unit?: string;
}

/** What a participant did, beside the goal. */
export interface Figures {
  readonly scenario: Scenario;
  readonly model: string;
  readonly participant: string;
  readonly blocks: readonly Block[];
  readonly peakBytes: number;
}

export interface Found {
  readonly rows: readonly GoalRow[];
  readonly figures: readonly Figures[];
}

/** How long everything is measured. */
export interface GoalsPlan {
  /** Of most lines. */
  readonly blocks: Plan;
  /** Of models that take tens of milliseconds. */
  readonly slowBlocks: Plan;
  readonly sizes: readonly number[];
  readonly codecMs: number;
  readonly idleMs: number;
  /** Of what has to start a server for each. */
  readonly starts: number;
  readonly idleConnections: number;
}

export const FULL_PLAN: GoalsPlan = {
  blocks: { rounds: 10, blockMs: 2000, warmUpMs: 1500 },
  slowBlocks: { rounds: 10, blockMs: 4000, warmUpMs: 2000 },
  sizes: [262_144, 602_112, 1_048_576, 4_915_200, 16_777_216],
  codecMs: 400,
  idleMs: 5000,
  starts: 8,
  idleConnections: 10_000,
};

/** Whether every line works: the figures mean little. */
export const QUICK_PLAN: GoalsPlan = {
  blocks: { rounds: 2, blockMs: 300, warmUpMs: 200 },
  slowBlocks: { rounds: 2, blockMs: 600, warmUpMs: 300 },
  sizes: [262_144, 4_915_200],
  codecMs: 60,
  idleMs: 500,
  starts: 2,
  idleConnections: 1000,
};

/** What the interval says of the bound. Where the bound lies within it, another run may say otherwise. */
export function verdictOf(
  { middle, low, high }: Interval,
  { least = -Infinity, most = Infinity }: Goal,
): string {
  const keeps = (value: number): boolean => value >= least && value <= most;
  const word = keeps(middle) ? 'kept' : 'missed';
  return keeps(low) === keeps(high) ? word : `${word}, not for certain`;
}

/** `0.98 (0.95-1.01)`; `void` where nothing was measured. */
export function intervalWords(rounds: readonly number[], unit = ''): string {
  const interval = bootstrap(rounds);
  if (interval === null) return 'void';
  const words = (value: number): string =>
    Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(value < 0.1 ? 4 : 2);
  return `${words(interval.middle)} (${words(interval.low)}-${words(interval.high)})${unit === '' ? '' : ` ${unit}`}`;
}

export function boundWords({ least, most }: Goal, unit = ''): string {
  const words = least === undefined ? `<= ${most}` : `>= ${least}`;
  return unit === '' ? words : `${words} ${unit}`;
}

/** The figures of several that took turns. Their peaks are read now: they must still be there. */
export function figuresOf(
  blocks: Readonly<Record<string, readonly Block[]>>,
  who: Readonly<Record<string, { readonly label: string; readonly process: Measured }>>,
  about: { readonly scenario: Scenario; readonly model: string },
): Figures[] {
  return Object.entries(who).map(([name, { label, process }]) => ({
    ...about,
    participant: label,
    blocks: blocks[name] ?? [],
    peakBytes: peakBytes(process.pid),
  }));
}

export const FIGURES_HEAD: readonly string[] = [
  'model',
  'scenario',
  'participant',
  'per second',
  'CPU s for 1,000',
  "the load's",
  'p50 ms',
  'p99 ms',
  'p99.9 ms',
  'peak MiB',
];

export function figuresRow({ model, scenario, participant, blocks, peakBytes: peak }: Figures): string[] {
  const middle = (of: (block: Block) => number, digits: number): string =>
    median(blocks.map(of)).toFixed(digits);
  return [
    model,
    scenario,
    participant,
    middle((block) => block.perSecond, 1),
    middle((block) => block.cpuMicros / 1000, 3),
    middle((block) => block.loadCpuMicros / 1000, 3),
    middle((block) => block.p50Ms, 3),
    middle((block) => block.p99Ms, 3),
    middle((block) => block.p999Ms, 3),
    (peak / 1024 / 1024).toFixed(0),
  ];
}

/** Round by round, what `of` makes of the blocks of that round. */
export function eachRound(
  blocks: Readonly<Record<string, readonly Block[]>>,
  of: (block: (name: string) => Block) => number,
): number[] {
  const count = Math.min(...Object.values(blocks).map((list) => list.length));
  return Array.from({ length: count }, (_, round) =>
    of((name) => {
      const block = blocks[name]?.[round];
      if (block === undefined) throw new Error(`${name} was not measured`);
      return block;
    }),
  );
}
