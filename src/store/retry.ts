import type { Clock } from '#core/clock.js';
import { loggerOf } from '#core/log.js';
import { StoreFault } from './fault.js';
import { pause } from './pause.js';

const log = loggerOf('store::retry');

const FIRST_MS = 200;
const LONGEST_MS = 20_000;

/** A store that wants to be left alone for longer is asked again all the same. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** What came damaged is downloaded once more, and not over and over. */
const DAMAGED_RETRIES = 1;

/**
 * How long to wait before try `attempt` + 1 (0 was the first), in milliseconds. Doubles from 200 ms to 20 s; `random`,
 * from 0 to 1, takes up to half of it away, so that many servers do not ask at the same time.
 */
export function retryDelayMs(attempt: number, random: number, retryAfterMs: number | null): number {
  const longest = Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS);
  const delayMs = longest * (1 - random / 2);
  return Math.max(delayMs, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
}

/** Whether a try is worth another one, and what was thrown is no fault of the caller's. */
export function isWorthRetrying(thrown: unknown, attempt: number, retries: number): thrown is StoreFault {
  if (!(thrown instanceof StoreFault) || attempt >= retries) return false;
  return thrown.kind === 'transient' || (thrown.kind === 'damaged' && attempt < DAMAGED_RETRIES);
}

export interface RetryPolicy {
  readonly retries: number;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Tries until it works, fails for good, or was tried often enough. `what` is named in the log. */
export async function retrying<T>(
  what: string,
  { retries, clock, random }: RetryPolicy,
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await act();
    } catch (thrown) {
      if (signal.aborted || !isWorthRetrying(thrown, attempt, retries)) throw thrown;
      const delayMs = retryDelayMs(attempt, random(), thrown.retryAfterMs);
      log.debug(`${what}: ${thrown.message}; it is tried again in ${Math.round(delayMs)} ms`);
      await pause(delayMs, clock, signal);
    }
  }
}
