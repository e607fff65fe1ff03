import type { BatchCost } from './batch-cost.js';

/** What is known of a model and its queue when a request asks how long it would take. */
export interface Outlook {
  /** The rows that the request brings. */
  readonly rows: number;
  /** What would be run before it. */
  readonly ahead: { readonly rows: number; readonly size: number };
  readonly cost: Pick<BatchCost, 'foresee' | 'efficientRows'>;
  /** The most rows of one run. */
  readonly mostRows: number;
  /** What a row that waits took lately; null where nothing is known. */
  readonly msPerRow: number | null;
  readonly runners: { readonly size: number; readonly idle: number };
  /** Until the first of the busy runners is done. */
  readonly nextDoneInMs: number;
}

/** When an answer could be there, in milliseconds from now; null where nothing is ahead, or nothing is known. */
export function expectedWaitMs(outlook: Outlook): number | null {
  const { rows, ahead, cost, mostRows, runners } = outlook;
  if (ahead.rows === 0 && runners.idle > 0) return null;
  const runRows = Math.max(1, rows, Math.min(ahead.rows + rows, cost.efficientRows(mostRows)));
  const runMs = cost.foresee(runRows);
  // What waits ahead may be larger than anything that was measured, too.
  const isKnown = cost.foresee(ahead.rows / Math.max(1, ahead.size)) !== null;
  if (runMs === null || !isKnown) return null;
  const msPerRow = outlook.msPerRow ?? runMs / runRows / runners.size;
  return Math.max(0, outlook.nextDoneInMs) + ahead.rows * msPerRow + runMs;
}
