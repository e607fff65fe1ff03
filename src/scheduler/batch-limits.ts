import type { BatchCost } from './batch-cost.js';
import type { BatchLimits } from './next-move.js';
import type { BatchingOptions } from './options.js';

/** The inputs of one run are not put together beyond this: whatever it is worth, others need memory too. */
const MOST_BATCH_BYTES = 64 * 1024 * 1024;

/** What waits in a lane, in all. */
export interface LaneLoad {
  readonly cost: BatchCost;
  readonly rows: number;
  /** Of one row's inputs. */
  readonly rowBytes: number;
  /** False once it turned out that requests of this shape cannot be run together. */
  readonly canBatch: boolean;
}

/**
 * How large a batch may be, and what it may wait for. Where somebody set the sizes or the delay, that holds; else a
 * batch is as large as what was learned of its cost makes it worth.
 */
export function batchLimits(
  options: BatchingOptions,
  { cost, rows, rowBytes, canBatch }: LaneLoad,
): BatchLimits {
  const { isOn, maxRows, preferredRows, maxDelayMs } = options;
  if (!isOn || maxRows < 2 || !canBatch) return { mostRows: 1, preferredRows: [], maxDelayMs: 0 };
  const room = Math.max(1, Math.floor(MOST_BATCH_BYTES / Math.max(1, rowBytes)));
  const bound = Math.min(maxRows, room);
  const isSet = preferredRows.length > 0 || maxDelayMs !== null;
  const worth = isSet ? bound : runRowsOf(cost.mostRows(bound, rows), options.allowedRows);
  return { mostRows: Math.min(bound, worth), preferredRows, maxDelayMs: isSet ? (maxDelayMs ?? 0) : null };
}

/** The rows that a run of so many is filled up to: the next size that the model runs at. */
export function runRowsOf(rows: number, allowedRows: readonly number[]): number {
  return allowedRows.find((allowed) => allowed >= rows) ?? rows;
}
