/** What was measured of runs of about one size. */
export interface CostPoint {
  /** Mean of their rows. */
  readonly rows: number;
  /** Mean of their milliseconds. */
  readonly ms: number;
  /** What a row takes when the machine is not disturbed. */
  readonly lowMsPerRow: number;
  /** How many runs were measured. */
  readonly count: number;
  /** The most rows of this size. */
  readonly capacity: number;
}

/** tau(n) = perRowMs n + fixedMs. Neither is negative. */
export interface Line {
  readonly fixedMs: number;
  readonly perRowMs: number;
}

/** A row that takes so much less is worth a larger batch; less than that is noise, and others wait for it. */
const WORTH = 0.9;
/** What a run costs beside the engine's time, in milliseconds: the way to the thread and back, and what is done for it. */
const TRIP_MS = 0.25;
/** A size is judged by so many runs and no fewer, unless each of its rows takes so many times as long. */
const TRIES = 4;
const HOPELESS = 1.5;
/** More runs of a size do not make it more certain. */
const SURE_COUNT = 20;

/** The line through the points, by least squares; null without one. Of one size alone, all of it counts as per row. */
export function fitLine(points: readonly CostPoint[]): Line | null {
  let [weights, x, y] = [0, 0, 0];
  for (const { rows, ms, count } of points) {
    const weight = Math.min(count, SURE_COUNT);
    weights += weight;
    x += weight * rows;
    y += weight * ms;
  }
  if (weights === 0) return null;
  x /= weights;
  y /= weights;
  let [xx, xy] = [0, 0];
  for (const { rows, ms, count } of points) {
    const weight = Math.min(count, SURE_COUNT);
    xx += weight * (rows - x) ** 2;
    xy += weight * (rows - x) * (ms - y);
  }
  const slope = xx < 1e-9 ? y / x : Math.max(0, xy / xx);
  const fixedMs = Math.max(0, y - slope * x);
  return { fixedMs, perRowMs: (y - fixedMs) / x };
}

/**
 * The largest batch that is worth it: a larger one must make rows cheaper. A size that was not tried often enough is tried
 * again before anything is judged by it (the first runs of a model are slow), and while the largest tried is the best, twice
 * as large: so sizes are found out step by step.
 *
 * @param points by their capacities, the smallest first
 */
export function efficientRows(points: readonly CostPoint[]): number {
  let [best] = points;
  if (best === undefined) return 1;
  for (const next of points.slice(1)) {
    if (best.count < TRIES) return best.capacity;
    if (costOf(next) <= WORTH * costOf(best)) best = next;
    else if (next.count < TRIES && costOf(next) < HOPELESS * costOf(best)) return next.capacity;
  }
  return best === points.at(-1) && best.count >= TRIES ? 2 * best.capacity : best.capacity;
}

function costOf({ lowMsPerRow, rows }: CostPoint): number {
  return lowMsPerRow + TRIP_MS / rows;
}
