/** What has become of the reloads of the configuration. */
export interface ReloadCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Milliseconds since 1970 at which the configuration that counts was taken; null until it was first read. */
  readonly lastSuccessMs: number | null;
  /** Whether the last one went well; also where there was none. */
  readonly isLastGood: boolean;
}

/** Before anything was read. */
export const NO_RELOADS: ReloadCounts = { succeeded: 0, failed: 0, lastSuccessMs: null, isLastGood: true };

export function afterReload(before: ReloadCounts, isGood: boolean, atMs: number): ReloadCounts {
  if (!isGood) return { ...before, failed: before.failed + 1, isLastGood: false };
  return { ...before, succeeded: before.succeeded + 1, lastSuccessMs: atMs, isLastGood: true };
}
