/** Runs at most so many milliseconds long are worth having the next one waiting at the thread. */
const SHORT_RUN_MS = 2;
const SHORT_RUN_SLOTS = 4;

/**
 * How many runs an instance may hold at once. A short run costs about as much as its way to the thread and back, so
 * the next ones wait at the thread; behind a long one they wait in the queue, where another instance can take them
 * and a cancelled one costs nothing.
 *
 * @param recentRunMs the recent time of one run, or null when there was none.
 */
export function slotsFor(recentRunMs: number | null): number {
  return recentRunMs !== null && recentRunMs <= SHORT_RUN_MS ? SHORT_RUN_SLOTS : 1;
}
