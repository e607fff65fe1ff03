/** The part of `GET /v2/models/M/versions/V/stats` that a step looks at. */
export interface StatsAnswer {
  readonly model_stats: readonly ModelStats[];
}

export interface ModelStats {
  readonly inference_stats: {
    readonly success: Total;
    readonly fail: Total;
    readonly queue: Total;
    readonly compute_infer: Total;
  };
  readonly batch_stats: readonly { readonly batch_size: number; readonly compute_infer: Total }[];
}

interface Total {
  readonly count: number;
  readonly ns: number;
}

/** What the server saw of a step. It counts the requests of everybody. */
export interface ServerView {
  /** Requests that succeeded. */
  readonly succeeded: number;
  /** Means of a request, inside the server; null where none succeeded. */
  readonly requestMs: number | null;
  readonly queueMs: number | null;
  readonly computeMs: number | null;
  /** Rows of a run; null where nothing ran. */
  readonly rowsPerRun: number | null;
}

export function serverView(before: ModelStats, after: ModelStats): ServerView {
  const [a, b] = [before.inference_stats, after.inference_stats];
  const [runsBefore, runsAfter] = [runsOf(before), runsOf(after)];
  const runs = runsAfter.runs - runsBefore.runs;
  return {
    succeeded: b.success.count - a.success.count,
    requestMs: meanMs(a.success, b.success),
    queueMs: meanMs(a.queue, b.queue),
    computeMs: meanMs(a.compute_infer, b.compute_infer),
    rowsPerRun: runs > 0 ? (runsAfter.rows - runsBefore.rows) / runs : null,
  };
}

function runsOf({ batch_stats: batches }: ModelStats): { readonly runs: number; readonly rows: number } {
  let [runs, rows] = [0, 0];
  for (const {
    batch_size: size,
    compute_infer: { count },
  } of batches) {
    runs += count;
    rows += count * size;
  }
  return { runs, rows };
}

function meanMs(before: Total, after: Total): number | null {
  const count = after.count - before.count;
  return count > 0 ? (after.ns - before.ns) / count / 1e6 : null;
}
