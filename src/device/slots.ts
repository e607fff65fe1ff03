/** Runs at most so many milliseconds long are worth having the next one waiting at the thread. */
const SHORT_RUN_MS = 2;
const SHORT_RUN_SLOTS = 4;
const MOST_SLOTS = 32;

/**
 * How many runs an instance may hold at once. A short run costs about as much as its way to the thread and back, so
 * the next ones wait at the thread, where they arrive together: as many as take about two milliseconds. Behind a long
 * one there is room for one more, for whoever knows that it is about to end; the others wait in the queue, where another
 * instance can take them and a cancelled one costs nothing.
 *
 * @param recentRunMs the recent time of one run, or null when there was none.
 */
export function slotsFor(recentRunMs: number | null): number {
  if (recentRunMs === null) return 1;
  if (recentRunMs > SHORT_RUN_MS) return 2;
  return Math.min(MOST_SLOTS, Math.max(SHORT_RUN_SLOTS, Math.floor(SHORT_RUN_MS / recentRunMs)));
}
