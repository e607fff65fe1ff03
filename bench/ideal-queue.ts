/**
 * The queue that a batch scheduler is held against: nothing costs time but the runs, and a server that is free takes
 * all that waits. With runs of one row it is the M/D/c queue of the books.
 */
export interface IdealQueue {
  /** Instances. */
  readonly servers: number;
  /** The most rows of one run. */
  readonly maxRows: number;
  /** How long a run of so many rows takes that starts then, both in ms. */
  readonly tauMs: (rows: number, startsAt: number) => number;
}

/**
 * How long each request of one row takes from its arrival to the end of its run, in ms.
 *
 * @param arrivals in ms, ascending
 */
export function idealLatencies(
  arrivals: Float64Array,
  { servers, maxRows, tauMs }: IdealQueue,
): Float64Array {
  const latencies = new Float64Array(arrivals.length);
  const freeAt = new Float64Array(servers);
  for (let next = 0; next < arrivals.length; ) {
    const server = firstFree(freeAt);
    const startsAt = Math.max(freeAt[server] ?? 0, arrivals[next] ?? 0);
    const end = endOfBatch(arrivals, next, startsAt, maxRows);
    const endsAt = startsAt + tauMs(end - next, startsAt);
    for (; next < end; next++) latencies[next] = endsAt - (arrivals[next] ?? 0);
    freeAt[server] = endsAt;
  }
  return latencies;
}

function firstFree(freeAt: Float64Array): number {
  let first = 0;
  for (let i = 1; i < freeAt.length; i++) if ((freeAt[i] ?? 0) < (freeAt[first] ?? 0)) first = i;
  return first;
}

/** One behind the last request that has come by then. */
function endOfBatch(arrivals: Float64Array, first: number, startsAt: number, maxRows: number): number {
  const most = Math.min(arrivals.length, first + maxRows);
  let end = first + 1;
  while (end < most && (arrivals[end] ?? 0) <= startsAt) end++;
  return end;
}
