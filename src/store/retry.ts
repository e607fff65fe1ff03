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

/** What has failed so far, the last try among it. */
export interface Failures {
  readonly all: number;
  /** Of them, those where what came was damaged. */
  readonly damaged: number;
}

/** Whether another try may help. */
export function isWorthRetrying({ kind }: StoreFault, { all, damaged }: Failures, retries: number): boolean {
  if (all > retries) return false;
  return kind === 'transient' || (kind === 'damaged' && damaged <= DAMAGED_RETRIES);
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
  for (let failures: Failures = { all: 0, damaged: 0 }; ; ) {
    try {
      return await act();
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof StoreFault)) throw thrown;
      failures = countedWith(failures, thrown);
      if (!isWorthRetrying(thrown, failures, retries)) throw thrown;
      const delayMs = retryDelayMs(failures.all - 1, random(), thrown.retryAfterMs);
      log.debug(`${what}: ${thrown.message}; it is tried again in ${Math.round(delayMs)} ms`);
      await pause(delayMs, clock, signal);
    }
  }
}

function countedWith({ all, damaged }: Failures, { kind }: StoreFault): Failures {
  return { all: all + 1, damaged: damaged + (kind === 'damaged' ? 1 : 0) };
}
