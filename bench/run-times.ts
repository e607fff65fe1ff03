/** How long runs of so many rows take, from those that were measured. */

export interface RunTime {
  readonly rows: number;
  readonly ms: number;
}

/** tau(n) = alphaMs · n + tau0Ms. */
export interface Line {
  readonly alphaMs: number;
  readonly tau0Ms: number;
}

/** The line of least squares of the relative errors: a run of one row counts as much as one of many. */
export function fitLine(times: readonly RunTime[]): Line {
  let [weights, n, ms, nn, nMs] = [0, 0, 0, 0, 0];
  for (const { rows, ms: time } of times) {
    const weight = 1 / time ** 2;
    weights += weight;
    n += weight * rows;
    ms += weight * time;
    nn += weight * rows * rows;
    nMs += weight * rows * time;
  }
  const alphaMs = (weights * nMs - n * ms) / (weights * nn - n * n);
  return { alphaMs, tau0Ms: (ms - alphaMs * n) / weights };
}

/** The measured times themselves, straight between two of them, and beyond the last as between the last two. */
export function between(times: readonly RunTime[]): (rows: number) => number {
  return (rows) => {
    const after = times.findIndex((each) => each.rows >= rows);
    const right = after === -1 ? times.length - 1 : Math.max(1, after);
    const from = times[right - 1];
    const to = times[right];
    if (from === undefined || to === undefined) throw new Error('two run times are the least');
    return from.ms + ((rows - from.rows) * (to.ms - from.ms)) / (to.rows - from.rows);
  };
}

/** The size of batch that gets the most rows done. */
export function bestRows(times: readonly RunTime[]): number {
  return times.reduce((best, each) => (each.rows / each.ms > best.rows / best.ms ? each : best)).rows;
}

/** Of a server's statistics (V2's `batch_stats`). */
export interface BatchRuns {
  readonly batch_size: number;
  readonly compute_infer: { readonly count: number; readonly ns: number };
}

/** How long runs took, of those that were counted after `before` was read and before `after` was; the smallest first. */
export function runTimesBetween(before: readonly BatchRuns[], after: readonly BatchRuns[]): RunTime[] {
  return after.flatMap(({ batch_size: rows, compute_infer: { count, ns } }) => {
    const earlier = before.find((each) => each.batch_size === rows)?.compute_infer ?? { count: 0, ns: 0 };
    const runs = count - earlier.count;
    return runs === 0 ? [] : [{ rows, ms: (ns - earlier.ns) / runs / 1e6 }];
  });
}

/** What a row took of the engine's time, on average, between the two. */
export function rowMsBetween(before: readonly BatchRuns[], after: readonly BatchRuns[]): number {
  const total = (runs: readonly BatchRuns[], of: (run: BatchRuns) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0);
  const ns = ({ compute_infer }: BatchRuns): number => compute_infer.ns;
  const rows = ({ batch_size, compute_infer }: BatchRuns): number => batch_size * compute_infer.count;
  return (total(after, ns) - total(before, ns)) / 1e6 / (total(after, rows) - total(before, rows));
}
