const DAY_MS = 86_400_000;

/** When somebody is told that a certificate comes to its end, in days before it. */
export const TOLD_DAYS: readonly number[] = [14, 7, 3, 1, 0];

/**
 * The last of these moments that has passed, in days before the end; null where the end is far. A WARN line is due whenever the
 * answer is another one than before.
 */
export function expiryStage(expiresAtMs: number, epochMs: number): number | null {
  const passed = TOLD_DAYS.filter((days) => expiresAtMs - epochMs <= days * DAY_MS);
  return passed.at(-1) ?? null;
}
