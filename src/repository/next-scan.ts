/**
 * How a repository is looked at again, as Triton's `--model-control-mode`: not at all, when a client asks, at times, or
 * at times and after file events.
 */
export const WATCH_MODES = ['none', 'explicit', 'poll', 'watch'] as const;
export type WatchMode = (typeof WATCH_MODES)[number];

export interface WatchTimes {
  readonly mode: WatchMode;
  /** From the end of a scan to the next. */
  readonly pollMs: number;
  /** From the last file event to the scan that it leads to. */
  readonly debounceMs: number;
}

/** What the time of the next scan is decided from; all times on the same clock. */
export interface WatchState {
  /** When the last scan ended; null while one is under way. */
  readonly endedAt: number | null;
  /** The last file event since that scan began. */
  readonly eventAt: number | null;
  /** The last scan found something missing, which only another one can confirm. */
  readonly hasMissing: boolean;
}

/**
 * When the next scan is due, or null where none is. Events put their scan off while they come, so that a file is not
 * looked at for as long as it is written; nothing puts off the poll.
 */
export function nextScan({ endedAt, eventAt, hasMissing }: WatchState, times: WatchTimes): number | null {
  const { mode, pollMs, debounceMs } = times;
  if (endedAt === null || mode === 'none' || mode === 'explicit') return null;
  const poll = endedAt + pollMs;
  if (mode === 'poll') return poll;
  const afterEvent = eventAt === null ? poll : eventAt + debounceMs;
  const confirmation = hasMissing ? endedAt + debounceMs : poll;
  return Math.min(poll, afterEvent, confirmation);
}
