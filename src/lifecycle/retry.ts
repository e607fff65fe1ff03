/** How often a load that failed is tried again by itself, and when. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly count: number;
  /** Before the first of them; twice as long before each further one, up to `longestDelayMs`. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** Triton does not try again. */
export const NO_RETRY: RetryPolicy = { count: 0, firstDelayMs: 1000, longestDelayMs: 60_000 };

/** How long until the next try of what was tried again `attempts` times; null where there is none. */
export function retryDelayMs(
  attempts: number,
  { count, firstDelayMs, longestDelayMs }: RetryPolicy,
): number | null {
  if (attempts >= count) return null;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** attempts);
}
