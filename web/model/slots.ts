import { type Derived, sumCounts } from '../derive.js';

/** One moment of a version's history. */
export interface Moment {
  readonly atMs: number;
  readonly derived: Derived;
}

export const PHASES = ['queue', 'input', 'infer', 'output'] as const;
export type Phase = (typeof PHASES)[number];

/** Some seconds of a version's history, together. */
export interface Slot {
  readonly startMs: number;
  readonly perSecond: number;
  readonly errorsPerSecond: number;
  /** The most that waited at one of the moments. */
  readonly waiting: number;
  readonly oldestMs: number;
  /** Means of a request; null where none succeeded. */
  readonly phasesMs: Readonly<Record<Phase, number | null>>;
  readonly latencyCounts: readonly number[];
}

/** So long is what one column of a plot tells of. */
export const SLOT_MS = 5000;

/**
 * A history in slots that begin at whole multiples of their length, so that they stand still while time goes on; oldest first.
 * Slots of which nothing is known are left out.
 */
export function slotsOf(moments: readonly Moment[], slotMs: number = SLOT_MS): readonly Slot[] {
  const byStart = new Map<number, Derived[]>();
  for (const { atMs, derived } of moments) {
    // A moment tells of the time before it: what is said at the very end of a slot is still about that slot.
    const startMs = (Math.ceil(atMs / slotMs) - 1) * slotMs;
    const known = byStart.get(startMs);
    if (known === undefined) byStart.set(startMs, [derived]);
    else known.push(derived);
  }
  return [...byStart].map(([startMs, all]) => slotOf(startMs, all));
}

function slotOf(startMs: number, all: readonly Derived[]): Slot {
  const mean = (of: (derived: Derived) => number): number =>
    all.reduce((sum, each) => sum + of(each), 0) / all.length;
  const most = (of: (derived: Derived) => number): number => Math.max(...all.map(of));
  return {
    startMs,
    perSecond: mean(({ perSecond }) => perSecond),
    errorsPerSecond: mean(({ errorsPerSecond }) => errorsPerSecond),
    waiting: most(({ waiting }) => waiting),
    oldestMs: most(({ oldestMs }) => oldestMs),
    phasesMs: {
      queue: phaseMs(all, 'queue'),
      input: phaseMs(all, 'input'),
      infer: phaseMs(all, 'infer'),
      output: phaseMs(all, 'output'),
    },
    latencyCounts: sumCounts(all.map(({ latencyCounts }) => latencyCounts)),
  };
}

/** Busy moments count for more than quiet ones: it is the mean of all their requests. */
function phaseMs(all: readonly Derived[], phase: Phase): number | null {
  let [requests, sumMs] = [0, 0];
  for (const { perSecond, phasesMs } of all) {
    const ms = phasesMs[phase];
    if (ms === null) continue;
    requests += perSecond;
    sumMs += ms * perSecond;
  }
  return requests > 0 ? sumMs / requests : null;
}
