/** How long runs of about so many rows took. */
export interface RunTime {
  readonly rows: number;
  readonly ms: number;
  /** How many were measured. */
  readonly count: number;
}

/** Of fewer runs than that the mean says little; those of a size that is all there is count anyway. */
const LEAST_RUNS = 5;

/**
 * How long a run of so many rows takes: what was measured, straight between two sizes, and beyond the largest as the line from the
 * first to the last goes on. Of one size alone, rows are taken to cost the same in every run.
 */
export function runMsOf(times: readonly RunTime[]): (rows: number) => number {
  const known = bySize(times);
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('no run was measured');
  if (first === last) return (rows) => (first.ms * rows) / first.rows;
  const perRowMs = Math.max(0, (last.ms - first.ms) / (last.rows - first.rows));
  return (rows) => {
    if (rows <= first.rows) return Math.max(first.ms / first.rows, first.ms - perRowMs * (first.rows - rows));
    const right = known.find((each) => each.rows >= rows);
    if (right === undefined) return last.ms + perRowMs * (rows - last.rows);
    const left = known[known.indexOf(right) - 1] ?? first;
    return left.ms + ((rows - left.rows) * (right.ms - left.ms)) / (right.rows - left.rows);
  };
}

/** Sizes of more than 2^(k-1) and up to 2^k rows together, as the scheduler learns them; the smallest first. */
export function bySize(times: readonly RunTime[]): readonly RunTime[] {
  const classes = new Map<number, RunTime>();
  for (const { rows, ms, count } of times) {
    const at = Math.ceil(Math.log2(Math.max(1, rows)));
    const { rows: r, ms: m, count: c } = classes.get(at) ?? { rows: 0, ms: 0, count: 0 };
    const all = c + count;
    classes.set(at, { rows: (r * c + rows * count) / all, ms: (m * c + ms * count) / all, count: all });
  }
  const sorted = [...classes].sort(([a], [b]) => a - b).map(([, each]) => each);
  const sure = sorted.filter(({ count }) => count >= LEAST_RUNS);
  return sure.length > 0 ? sure : sorted;
}
