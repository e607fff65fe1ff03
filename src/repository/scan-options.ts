import type { Clock } from '#core/clock.js';

/** The bounds of a scan. */
export interface ScanLimits {
  /** Larger files are not read: their size and time stand for their contents. */
  readonly maxHashedBytes: number;
  /** Files and folders of one version, or beside the versions of one model. */
  readonly maxEntries: number;
  /** Folders within folders. */
  readonly maxDepth: number;
  /** Models that are looked at side by side. */
  readonly concurrency: number;
}

export const SCAN_LIMITS: ScanLimits = {
  maxHashedBytes: 256 * 1024 * 1024,
  maxEntries: 10_000,
  maxDepth: 16,
  concurrency: 16,
};

export interface ScanOptions extends ScanLimits {
  readonly clock: Clock;
  /** Ends the scan: it rejects with the reason. */
  readonly signal?: AbortSignal;
}
