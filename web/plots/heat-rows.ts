import { milliseconds } from './format.js';
import type { Tick } from './scale.js';

/** The buckets of a histogram that a heatmap shows: from the first to the last, both among them. */
export interface HeatRows {
  readonly first: number;
  readonly last: number;
}

/** Fewer rows would be bricks. */
const FEWEST_ROWS = 8;

/** Those that were ever used in the columns, with some around them where these are few. */
export function heatRows(columns: readonly (readonly number[])[], bucketCount: number): HeatRows {
  let [first, last] = [bucketCount, -1];
  for (const counts of columns) {
    for (const [at, count] of counts.entries()) {
      if (count <= 0) continue;
      first = Math.min(first, at);
      last = Math.max(last, at);
    }
  }
  if (last < 0) [first, last] = [0, 0];
  const missing = Math.max(0, Math.min(FEWEST_ROWS, bucketCount) - (last - first + 1));
  last = Math.min(bucketCount - 1, last + Math.ceil(missing / 2));
  first = Math.max(
    0,
    Math.min(first - Math.floor(missing / 2), last + 1 - Math.min(FEWEST_ROWS, bucketCount)),
  );
  return { first, last };
}

/** One bucket of one column in which something was counted. */
export interface HeatCell {
  readonly column: number;
  /** From the bottom. */
  readonly row: number;
  /** 1 to `HEAT_LEVELS`: how much compared with the fullest cell. */
  readonly level: number;
}

export const HEAT_LEVELS = 5;

/** The root of the share, so that the rare is seen beside the frequent. */
export function heatCells(columns: readonly (readonly number[])[], rows: HeatRows): readonly HeatCell[] {
  const most = Math.max(1, ...columns.flat());
  return columns.flatMap((counts, column) =>
    counts.flatMap((count, bucket) =>
      count > 0 && bucket >= rows.first && bucket <= rows.last
        ? [{ column, row: bucket - rows.first, level: Math.ceil(Math.sqrt(count / most) * HEAT_LEVELS) }]
        : [],
    ),
  );
}

/** Where a latency stands among the rows, as a part of the vertical axis; all rows are as high as each other. */
export function heatPart(ms: number | null, boundsMs: readonly number[], rows: HeatRows): number | null {
  if (ms === null) return null;
  const found = boundsMs.findIndex((bound) => ms <= bound);
  const bucket = found < 0 ? boundsMs.length : found;
  const low = boundsMs[bucket - 1] ?? 0;
  const high = boundsMs[bucket] ?? low;
  const within = high > low ? (ms - low) / (high - low) : 0;
  const part = (bucket + within - rows.first) / (rows.last - rows.first + 1);
  return Math.min(1, Math.max(0, part));
}

/** Words at the upper bounds of about five rows. */
export function heatTicks(boundsMs: readonly number[], rows: HeatRows): readonly Tick[] {
  const count = rows.last - rows.first + 1;
  const step = Math.max(1, Math.ceil(count / 5));
  const ticks: Tick[] = [];
  for (let row = 0; row <= count; row += step) {
    const bound = rows.first + row === 0 ? 0 : boundsMs[rows.first + row - 1];
    if (bound !== undefined) ticks.push({ at: row / count, text: milliseconds(bound) });
  }
  return ticks;
}
