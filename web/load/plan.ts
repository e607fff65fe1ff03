/** A load test never asks for more than this. */
export const LOAD_LIMITS = { atOnce: 64, seconds: 60, requests: 100_000, bodyBytes: 16_777_216 } as const;

/** Browsers open six connections to a server over HTTP/1.1; one of them carries what the page shows live. */
const AT_ONCE_OVER_HTTP1 = 5;

/** What a load test does: for so many requests at once, one step of so many seconds. */
export interface Plan {
  readonly steps: readonly number[];
  readonly secondsEach: number;
}

/**
 * How many requests this browser really has in flight at once.
 *
 * @param protocol how the page came, as `PerformanceResourceTiming.nextHopProtocol` tells it: `http/1.1`, `h2`, `h3`
 */
export function mostAtOnce(protocol: string): number {
  return /^h[23]/.test(protocol) ? LOAD_LIMITS.atOnce : AT_ONCE_OVER_HTTP1;
}

/** One after the other where there are few, else doubled: 1, 2, 3, 4, 5, or 1, 2, 4, 8, ..., and the most. */
export function stepsUpTo(most: number): readonly number[] {
  const top = between(Math.floor(most), 1, LOAD_LIMITS.atOnce);
  if (top <= 6) return Array.from({ length: top }, (_, at) => at + 1);
  const steps: number[] = [];
  for (let step = 1; step < top; step *= 2) steps.push(step);
  return [...steps, top];
}

/** What was asked for, as far as the limits allow. */
export function planOf(most: number, secondsEach: number): Plan {
  const steps = stepsUpTo(most);
  const longest = Math.floor(LOAD_LIMITS.seconds / steps.length);
  return { steps, secondsEach: between(Math.floor(secondsEach), 1, longest) };
}

/** What is no number is the least. */
function between(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Number.isFinite(value) ? value : least));
}
