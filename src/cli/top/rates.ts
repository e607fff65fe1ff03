import { quantile } from './quantile.js';
import type { Sample, VersionCounts, VersionSample } from './sample.js';

/** A version between two looks. What cannot be known is null. */
export interface TopRow {
  readonly model: string;
  readonly version: string;
  readonly state: string;
  readonly requestsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly waiting: number | null;
  /** Mean rows of a run. */
  readonly batchRows: number | null;
  readonly memoryBytes: number | null;
  readonly devices: readonly string[];
  readonly reason: string;
}

/** The server between two looks. */
export interface TopTotals {
  readonly requestsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  /** In CPUs: 1.5 is one and a half of them busy. */
  readonly cpus: number | null;
}

/** What happened to each version from one look to the next; of a first look only what is so now. */
export function rowsBetween(before: Sample | null, now: Sample): readonly TopRow[] {
  const from = comparable(before, now);
  return now.versions.filter(isShown).map((version) => {
    const counts = version.counts;
    const since = from === null || counts === null ? null : countsBefore(from, version, counts);
    const seconds = from === null ? 0 : msBetween(from, now) / 1000;
    return {
      model: version.model,
      version: version.version,
      state: version.state,
      ...(counts === null || since === null ? NO_RATES : ratesOf(since, counts, seconds, now.boundsMs)),
      waiting: counts?.waiting ?? null,
      memoryBytes: version.memoryBytes,
      devices: version.devices,
      reason: version.reason,
    };
  });
}

export function totalsBetween(before: Sample | null, now: Sample, rows: readonly TopRow[]): TopTotals {
  const from = comparable(before, now);
  if (from === null) return { requestsPerSecond: null, errorsPerSecond: null, cpus: null };
  const sum = (countOf: (row: TopRow) => number | null): number =>
    rows.reduce((total, row) => total + (countOf(row) ?? 0), 0);
  return {
    requestsPerSecond: sum((row) => row.requestsPerSecond),
    errorsPerSecond: sum((row) => row.errorsPerSecond),
    cpus: (now.server.cpuMs - from.server.cpuMs) / msBetween(from, now),
  };
}

/** A version that is not there and that nobody wants is history. */
function isShown({ state, wanted }: VersionSample): boolean {
  return wanted || state !== 'UNAVAILABLE';
}

type Rates = Pick<TopRow, 'requestsPerSecond' | 'errorsPerSecond' | 'p50Ms' | 'p99Ms' | 'batchRows'>;

const NO_RATES: Rates = {
  requestsPerSecond: null,
  errorsPerSecond: null,
  p50Ms: null,
  p99Ms: null,
  batchRows: null,
};

/** Null where the two are not of the same process, or no time has passed. */
function comparable(before: Sample | null, now: Sample): Sample | null {
  return before !== null && msBetween(before, now) > 0 ? before : null;
}

/** The server's uptime: its clock may be set back meanwhile. */
function msBetween(before: Sample, now: Sample): number {
  return now.server.uptimeMs - before.server.uptimeMs;
}

const NOTHING: VersionCounts = { succeeded: 0, failed: 0, runs: 0, rows: 0, latency: [], waiting: 0 };

/** Of a version that was loaded since, all that it has done is new. */
function countsBefore(before: Sample, { model, version }: VersionSample, now: VersionCounts): VersionCounts {
  const found = before.versions.find((each) => each.model === model && each.version === version);
  const counts = found?.counts ?? NOTHING;
  return counts.succeeded > now.succeeded || counts.failed > now.failed ? NOTHING : counts;
}

function ratesOf(
  before: VersionCounts,
  now: VersionCounts,
  seconds: number,
  boundsMs: readonly number[],
): Rates {
  const took = now.latency.map((count, i) => count - (before.latency[i] ?? 0));
  const runs = now.runs - before.runs;
  return {
    requestsPerSecond: (now.succeeded - before.succeeded) / seconds,
    errorsPerSecond: (now.failed - before.failed) / seconds,
    p50Ms: quantile(took, boundsMs, 0.5),
    p99Ms: quantile(took, boundsMs, 0.99),
    batchRows: runs > 0 ? (now.rows - before.rows) / runs : null,
  };
}
