import { clip } from '#core/clip.js';
import type { Clock } from '#core/clock.js';
import { invalid, ServingError } from '#core/errors.js';

/** The header that says how long a request's answer is of use. In lower case. */
export const TIMEOUT_HEADER = 'x-request-timeout';

const UNIT_MS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1000, m: 60_000 };

/** Timers know no longer times; who waits three weeks may wait for ever. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The milliseconds that an `X-Request-Timeout` header gives a request; null without one. A number is of seconds unless a
 * unit follows it. Throws INVALID_ARGUMENT, also for 0: it could mean no time or no limit.
 */
export function requestTimeoutOf(header: string | undefined): number | null {
  if (header === undefined) return null;
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(us|ms|s|m)?$/.exec(header) ?? [];
  const timeoutMs = Number(number) * (UNIT_MS[unit] ?? 1);
  if (number === undefined || timeoutMs === 0) {
    throw invalid(
      `the header X-Request-Timeout must be a number of seconds above 0, or a number with one of the units us, ms, s and m, as in 1.5 or 1500ms, but is '${clip(header)}'`,
    );
  }
  return timeoutMs > LONGEST_MS ? null : timeoutMs;
}

/** What is said of a time-out, over whatever transport it was asked for. */
export function deadlinePassed(timeoutMs: number): ServingError {
  return new ServingError('DEADLINE_EXCEEDED', `the deadline of ${timeoutMs} ms passed`);
}

/**
 * What `work` comes to, or DEADLINE_EXCEEDED where that takes longer than `leftMs`; with none left nothing is begun. An
 * engine cannot be interrupted: what has begun ends unheard.
 *
 * @param timeoutMs of which so much is left
 */
export async function within<Value>(
  timeoutMs: number,
  leftMs: number,
  clock: Clock,
  work: () => Value | Promise<Value>,
): Promise<Value> {
  if (leftMs <= 0) throw deadlinePassed(timeoutMs);
  return await new Promise<Value>((resolve, reject) => {
    const timer = clock.startTimer(leftMs, () => reject(deadlinePassed(timeoutMs)));
    const stop = (): void => timer.cancel();
    const answer = (async () => await work())();
    answer.then(resolve, reject);
    answer.then(stop, stop);
  });
}
