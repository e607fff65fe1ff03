import type { BatchStats } from '../live-types.js';

/** How often a version ran with so many rows. */
export interface BatchCount {
  readonly fromRows: number;
  readonly toRows: number;
  readonly runs: number;
}

interface Look {
  readonly atMs: number;
  readonly batches: readonly BatchStats[];
}

const WINDOW_MS = 300_000;
const BETWEEN_LOOKS_MS = 5000;

/** More bars than these are put together. */
const MAX_BARS = 24;

/** How many rows a version ran at once in the last five minutes, as far as anyone has looked. */
export class BatchWindow {
  #looks: readonly Look[] = [];

  /** Takes what the version has counted until now. */
  add(atMs: number, batches: readonly BatchStats[]): void {
    const before = this.#looks.at(-1);
    // A version that was loaded anew counts from nought.
    if (before !== undefined && runsOf(batches) < runsOf(before.batches)) this.#looks = [];
    const last = this.#looks.at(-1);
    if (last !== undefined && atMs - last.atMs < BETWEEN_LOOKS_MS) return;
    this.#looks = [...this.#looks, { atMs, batches }].filter((look) => look.atMs >= atMs - WINDOW_MS);
  }

  /** What happened between the oldest look that is kept and now. */
  counts(now: readonly BatchStats[]): readonly BatchCount[] {
    return batchCounts(this.#looks[0]?.batches ?? now, now);
  }

  get sinceMs(): number | null {
    return this.#looks[0]?.atMs ?? null;
  }
}

/** The runs that the second has and the first has not, by rows, the fewest first. Many sizes are put together by powers of two. */
export function batchCounts(
  before: readonly BatchStats[],
  after: readonly BatchStats[],
): readonly BatchCount[] {
  const known = new Map(before.map((each) => [each.batch_size, each.compute_infer.count]));
  const single = after
    .map(({ batch_size: rows, compute_infer: { count } }) => ({
      fromRows: rows,
      toRows: rows,
      runs: count - (known.get(rows) ?? 0),
    }))
    .filter(({ runs }) => runs > 0)
    .sort((a, b) => a.fromRows - b.fromRows);
  return single.length <= MAX_BARS ? single : byPowersOfTwo(single);
}

function byPowersOfTwo(single: readonly BatchCount[]): readonly BatchCount[] {
  const groups = new Map<number, number>();
  for (const { toRows, runs } of single) {
    const top = 2 ** Math.ceil(Math.log2(toRows));
    groups.set(top, (groups.get(top) ?? 0) + runs);
  }
  return [...groups].map(([top, runs]) => ({ fromRows: Math.floor(top / 2) + 1, toRows: top, runs }));
}

function runsOf(batches: readonly BatchStats[]): number {
  return batches.reduce((sum, { compute_infer: { count } }) => sum + count, 0);
}
