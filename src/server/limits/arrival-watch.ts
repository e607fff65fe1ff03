import type { Clock, Timer } from '#core/clock.js';

/** How often it is looked whether a body comes fast enough, and for how long nothing of it need have come. */
export const GRACE_MS = 5_000;

export interface ArrivalLimits {
  /** All of it has to be there by then. */
  readonly timeoutMs: number;
  /** Bytes per second, on average since the beginning; 0 for any. */
  readonly minRate: number;
}

/** Why what is coming is given up: its time is over, or it comes too slowly. */
export type LateReason = 'timeout' | 'slow';

/** What is to be done at a look at a body that is not there yet; a number is milliseconds to the next look. */
export function lookAt(
  { timeoutMs, minRate }: ArrivalLimits,
  elapsedMs: number,
  receivedBytes: number,
): LateReason | number {
  if (elapsedMs >= timeoutMs) return 'timeout';
  if (minRate > 0 && elapsedMs >= GRACE_MS && receivedBytes * 1000 < minRate * elapsedMs) return 'slow';
  // A timer may be early by a part of a millisecond: then it is looked again at the rest.
  const toNextMs = elapsedMs < GRACE_MS ? GRACE_MS - elapsedMs : GRACE_MS;
  return Math.min(timeoutMs - elapsedMs, minRate > 0 ? toNextMs : timeoutMs);
}

/**
 * Watches something arrive, with one timer.
 *
 * @param receivedBytes how much has come; null where nothing can, because it is not being read
 */
export function watchArrival(
  limits: ArrivalLimits,
  clock: Clock,
  receivedBytes: () => number | null,
  late: (reason: LateReason) => void,
): Timer {
  let startedAt = clock.now();
  const look = (): void => {
    const received = receivedBytes();
    if (received === null) startedAt = clock.now();
    const next = lookAt(limits, clock.now() - startedAt, received ?? 0);
    if (typeof next === 'number') timer = clock.startTimer(next, look);
    else late(next);
  };
  // Never at once: whoever calls is not ready to hear of it.
  const first = lookAt(limits, 0, 0);
  let timer = clock.startTimer(typeof first === 'number' ? first : 0, look);
  return { cancel: () => timer.cancel() };
}
