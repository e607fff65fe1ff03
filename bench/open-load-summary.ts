/** What the samples of an open-loop load come to. */
import type { Sample } from './open-load-order.js';
import { quantileOf } from './quantile.js';

export interface OpenLoadSummary {
  readonly count: number;
  /** Of the answers with 200, from when they were sent. How late the generator was is not the server's. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lagP99Ms: number;
  /** The generator was so late that what arrived was not what was meant to. */
  readonly isVoid: boolean;
  /** How many were answered with each status; 0 stands for no answer. */
  readonly statuses: ReadonlyMap<number, number>;
}

const LEAST_LAG_MS = 5;
const LAG_SHARE_OF_P50 = 1;
const OK = 200;

export function summaryOf(samples: readonly Sample[]): OpenLoadSummary {
  const latencies = samples
    .filter(({ status }) => status === OK)
    .map(({ latencyMs, lagMs }) => latencyMs - lagMs);
  const p50Ms = quantileOf(latencies, 0.5);
  const lagP99Ms = quantileOf(
    samples.map(({ lagMs }) => lagMs),
    0.99,
  );
  return {
    count: samples.length,
    p50Ms,
    p99Ms: quantileOf(latencies, 0.99),
    lagP99Ms,
    isVoid: lagP99Ms > Math.max(LEAST_LAG_MS, LAG_SHARE_OF_P50 * p50Ms),
    statuses: statusesOf(samples),
  };
}

/** The summary of a load that the server must be able to bear: throws where not all was answered with 200. */
export function summaryOfSuccess(samples: readonly Sample[]): OpenLoadSummary {
  const summary = summaryOf(samples);
  const others = summary.count - (summary.statuses.get(OK) ?? 0);
  if (others > 0) throw new Error(`${others} of ${summary.count} requests were not answered with 200`);
  return summary;
}

export function latenciesOf(samples: readonly Sample[], has: (status: number) => boolean): number[] {
  return samples.filter(({ status }) => has(status)).map(({ latencyMs }) => latencyMs);
}

function statusesOf(samples: readonly Sample[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { status } of samples) counts.set(status, (counts.get(status) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => a - b));
}

/** Successes within the deadline, per second of `fromMs` to `toMs`. */
export function goodput(
  samples: readonly Sample[],
  deadlineMs: number,
  fromMs: number,
  toMs: number,
): number {
  const good = samples.filter(
    ({ scheduledMs, latencyMs, lagMs, status }) =>
      scheduledMs >= fromMs && scheduledMs < toMs && status === OK && latencyMs - lagMs <= deadlineMs,
  );
  return good.length / ((toMs - fromMs) / 1000);
}

const WINDOW = 100;
const MOST_LATE = 3;

/**
 * How long after `fromMs` all is well again: from then on, of a hundred requests 97 at least are answered with 200
 * within `limitMs`. Null where that does not happen.
 */
export function recoveryMs(samples: readonly Sample[], fromMs: number, limitMs: number): number | null {
  const after = samples.filter(({ scheduledMs }) => scheduledMs >= fromMs);
  const isLate = after.map(({ latencyMs, lagMs, status }) => status !== OK || latencyMs - lagMs > limitMs);
  for (let first = 0; first + WINDOW <= after.length; first++) {
    if (isLate[first] === true) continue;
    const late = isLate.slice(first, first + WINDOW).filter((each) => each).length;
    if (late <= MOST_LATE) return (after[first]?.scheduledMs ?? 0) - fromMs;
  }
  return null;
}
