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
const WORTH = 0.95;
/** What a run costs beside the engine's time, in milliseconds: the way to the thread and back. */
const TRIP_MS = 0.05;
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
 * The smallest batch that makes nearly as good use of the engine as any that was tried. While the largest one tried is
 * still the best, twice as large: so it is found out step by step. 1 before anything was.
 */
export function efficientRows(points: readonly CostPoint[]): number {
  const last = points.at(-1);
  if (last === undefined) return 1;
  const costOf = ({ lowMsPerRow, rows }: CostPoint): number => lowMsPerRow + TRIP_MS / rows;
  const least = Math.min(...points.map(costOf));
  const best = points.find((point) => costOf(point) * WORTH <= least) ?? last;
  return best === last ? 2 * best.capacity : best.capacity;
}
