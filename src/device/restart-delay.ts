/** Consecutive restarts that may fail before an instance is given up. */
const MAX_RESTARTS = 5;

/**
 * How long to wait before restart number `attempt` (0 is the first) of a thread that died, in milliseconds; null to
 * give up. Doubles from 100 ms.
 */
export function restartDelayMs(attempt: number): number | null {
  return attempt < MAX_RESTARTS ? 100 * 2 ** attempt : null;
}
