import { efficientRows } from '#scheduler/cost-line.js';
import { bySize, type RunTime } from './run-cost.js';

/** The largest batch that the scheduler would make of runs that cost this, of those that were measured; `bound` is the most that it may. */
export function worthwhileRows(times: readonly RunTime[], bound: number): number {
  if (bound < 2) return 1;
  const points = bySize(times).map(({ rows, ms, count }) => ({
    ...{ rows, ms, count },
    lowMsPerRow: ms / rows,
    capacity: 2 ** Math.ceil(Math.log2(rows)),
  }));
  const largest = Math.max(...times.map(({ rows }) => rows));
  return Math.max(1, Math.min(bound, largest, efficientRows(points)));
}
