/** What is known of a place that models come from. */
export interface SourceState {
  /** For people: `the configuration`, or the folder or address. */
  readonly name: string;
  /** Whether it could be looked at the last time; false before it was. */
  readonly isUp: boolean;
  /** Why it could not; null where it could, or has not been looked at yet. */
  readonly fault: string | null;
  /** Models that it had when it could be looked at last. */
  readonly models: number;
  /** When that was, in milliseconds since 1970; null before. */
  readonly lastSeenMs: number | null;
}

/** The first wait after a source could not be looked at, which doubles with each further try. */
export const FIRST_RETRY_MS = 1000;

/** The longest wait. */
export const LAST_RETRY_MS = 60_000;

/**
 * How long until a source is looked at again by itself; null where only clients lead to another look.
 *
 * @param failures looks in a row that failed until now
 * @param pollMs the time between looks where the server follows what exists; null where it does not
 */
export function nextLookMs(failures: number, pollMs: number | null): number | null {
  if (failures === 0) return pollMs;
  const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS);
  return pollMs === null ? waitMs : Math.min(waitMs, pollMs);
}
