/** What the decision is made from. */
export interface AheadLook {
  /** The recent time of this runner's runs; null before one was seen. */
  readonly recentRunMs: number | null;
  /** Runs that it has been given and that have not ended. */
  readonly inFlight: number;
  /** Of the run that it was given last. */
  readonly newestRows: number;
  /** Of the whole queue, and the most that one run takes. */
  readonly waitingRows: number;
  readonly mostRows: number;
  readonly runners: number;
  /** Until its thread would have to wait for the next run, were it not sent by then; negative where it is late already. */
  readonly leftMs: number;
}

/** A run that takes no longer ends about when the next one has got to its thread. */
const SHORT_RUN_MS = 1;
/** Who gets into so small a run meets a queue that is short anyway: little would be won by waiting for a fuller one. */
const FEW_ROWS = 2;
/** What is sent to wait behind a longer run could not be taken back when its caller leaves or its deadline passes. */
export const LONGEST_AHEAD_MS = 20;

/**
 * Whether a runner that is at work may be given its next run already, so that its thread need not wait for it. It may
 * when the run is about to end, by what is known of its kind: the next one is on its way while the last one finishes,
 * and has all who came until then. Before that it is free where so much waits that the next batch is full anyway, where there are no batches and runs are short, and where
 * runs are short and so little comes that batches hardly form. Else the next batch would be smaller than it could be, or
 * would lie behind a long run while another runner is done.
 */
export function mayRunAhead(look: AheadLook): boolean {
  const { recentRunMs, inFlight, newestRows, waitingRows, mostRows, runners, leftMs } = look;
  if (recentRunMs === null) return false;
  if (inFlight === 1 && leftMs <= 0) return true;
  if (recentRunMs > LONGEST_AHEAD_MS) return false;
  const isShort = recentRunMs <= SHORT_RUN_MS;
  if (isShort && mostRows === 1) return true;
  if (inFlight >= 2) return false;
  if (isShort && newestRows <= FEW_ROWS) return true;
  return waitingRows >= mostRows * (isShort ? 1 : runners);
}
