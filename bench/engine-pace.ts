/** How fast the engine was, moment by moment, so that a queue that is computed has the same engine as the one that was measured. */

/** One run, as the server timed it. */
export interface EngineRun {
  /** By `steadyMs`. */
  readonly endedAt: number;
  readonly rows: number;
  readonly ms: number;
}

/**
 * How much longer than `tauMs` says a run took at a moment: that of the run whose middle is nearest. On a machine that others use
 * too, some runs take twice their time; a queue whose runs all take the mean would have a better engine.
 *
 * @param tauMs how long a run of so many rows takes on average
 */
export function paceOf(
  runs: readonly EngineRun[],
  tauMs: (rows: number) => number,
): (atMs: number) => number {
  const paces = runs
    .map(({ endedAt, rows, ms }) => ({ at: endedAt - ms / 2, factor: ms / tauMs(rows) }))
    .sort((a, b) => a.at - b.at);
  return (atMs) => {
    let [low, high] = [0, paces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((paces[middle]?.at ?? 0) < atMs) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [paces[low - 1], paces[low]];
    if (before === undefined) return after?.factor ?? 1;
    if (after === undefined) return before.factor;
    return atMs - before.at < after.at - atMs ? before.factor : after.factor;
  };
}
