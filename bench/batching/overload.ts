/** More requests than can be answered, each with a deadline: how many are answered in time, and what becomes of the others. */
import { poissonArrivals } from '../arrivals.js';
import type { Sample } from '../open-load-order.js';
import { goodput, latenciesOf, type OpenLoadSummary, recoveryMs, summaryOf } from '../open-load-summary.js';
import { quantileOf } from '../quantile.js';
import { spread, verdict } from '../spread.js';
import { table } from '../table.js';
import type { BenchModel } from './models.js';
import type { Overload } from './plan.js';
import type { Site } from './site.js';
import type { Throughput } from './throughput.js';

export interface OverloadAt {
  readonly model: BenchModel;
  readonly factor: number;
  readonly peak: number;
  /** What a row took of the engine's time at the peak, and what it took in the overload. */
  readonly peakRowMs: number;
  readonly rowMs: number;
  readonly deadlineMs: number;
  /** Of each part of the overload, over the peak. */
  readonly goodputs: readonly number[];
  readonly acceptedP99Ms: number;
  /** How many were refused with each status, and the p99 of how long that took; 0 stands for no answer. */
  readonly refusals: readonly { readonly status: number; readonly count: number; readonly p99Ms: number }[];
  readonly recoveryMs: number | null;
  /** What the p99 at half the peak was before. */
  readonly normalP99Ms: number;
  readonly summary: OpenLoadSummary;
  readonly serverCpuMicros: number;
  readonly loadCpuMicros: number;
}

const DEADLINE_RUNS = 10;
const PROBE_LOAD = 0.5;
const PARTS = 6;
const CONNECTIONS = 2048;
const PEAK_CONNECTIONS = 64;
/** What of a latency is still normal. */
const NORMAL_FACTOR = 1.15;
const NORMAL_EXTRA_MS = 0.5;
const GOODPUT_GOAL = { least: 0.97 };

/** The peak is measured again, right before: the machine may have changed since. */
export async function measureOverload(
  site: Site,
  { model, runTimes, bestBareRows }: Throughput,
  plan: Overload,
): Promise<OverloadAt[]> {
  const deadlineMs = DEADLINE_RUNS * (runTimes.find(({ rows }) => rows === bestBareRows)?.ms ?? 0);
  const results: OverloadAt[] = [];
  for (const factor of plan.factors) {
    console.error(`  overload, ${factor} times the peak for ${plan.durationMs / 1000} s`);
    const { perSecond: peak, rowMs: peakRowMs } = await site.peak(
      'defaults',
      model,
      PEAK_CONNECTIONS,
      plan.probeMs,
    );
    results.push(await measureAt(site, model, { factor, peak, peakRowMs, deadlineMs }, plan));
  }
  return results;
}

async function measureAt(
  site: Site,
  model: BenchModel,
  { factor, peak, peakRowMs, deadlineMs }: Pick<OverloadAt, 'factor' | 'peak' | 'peakRowMs' | 'deadlineMs'>,
  { durationMs, probeMs }: Overload,
): Promise<OverloadAt> {
  const load = {
    served: 'defaults',
    model,
    timeoutUs: Math.round(deadlineMs * 1000),
    connections: CONNECTIONS,
  };
  const probe = { perSecond: PROBE_LOAD * peak, durationMs: probeMs, seed: 300 };
  const before = await site.open({ ...load, arrivals: poissonArrivals(probe) });
  const arrivals = joined(
    poissonArrivals({ perSecond: factor * peak, durationMs, seed: 301 }),
    poissonArrivals({ ...probe, seed: 302, startMs: durationMs }),
  );
  const { samples, ...cpu } = await site.open({ ...load, arrivals });
  const during = samples.filter(({ scheduledMs }) => scheduledMs < durationMs);
  const normalP99Ms = summaryOf(before.samples).p99Ms;
  const summary = summaryOf(during);
  const partMs = durationMs / PARTS;
  const parts = Array.from({ length: PARTS }, (_, i) => [i * partMs, (i + 1) * partMs] as const);
  return {
    model,
    factor,
    peak,
    peakRowMs,
    deadlineMs,
    goodputs: parts.map(([from, to]) => goodput(during, deadlineMs, from, to) / peak),
    acceptedP99Ms: summary.p99Ms,
    refusals: refusalsOf(during, summary),
    recoveryMs: recoveryMs(samples, durationMs, NORMAL_FACTOR * normalP99Ms + NORMAL_EXTRA_MS),
    normalP99Ms,
    summary,
    ...cpu,
  };
}

function joined(first: Float64Array, second: Float64Array): Float64Array {
  const whole = new Float64Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function refusalsOf(samples: readonly Sample[], { statuses }: OpenLoadSummary): OverloadAt['refusals'] {
  return [...statuses]
    .filter(([status]) => status !== 200)
    .map(([status, count]) => ({
      status,
      count,
      p99Ms: quantileOf(
        latenciesOf(samples, (each) => each === status),
        0.99,
      ),
    }));
}

export function overloadTable(results: readonly OverloadAt[]): string {
  const rows = results.map((at) => [
    `${at.model.name}, ${at.factor} x`,
    at.peak.toFixed(0),
    spread(at.goodputs),
    verdict(at.goodputs, GOODPUT_GOAL),
    `${at.peakRowMs.toFixed(2)} / ${at.rowMs.toFixed(2)}`,
    `${at.acceptedP99Ms.toFixed(1)} / ${at.deadlineMs.toFixed(1)}`,
    at.refusals
      .map(
        ({ status, count, p99Ms }) => `${status === 0 ? 'none' : status}: ${count}, ${p99Ms.toFixed(1)} ms`,
      )
      .join('; '),
    at.recoveryMs === null ? 'not seen' : `${at.recoveryMs.toFixed(0)} ms`,
    at.summary.lagP99Ms.toFixed(2),
    `${at.serverCpuMicros.toFixed(0)} / ${at.loadCpuMicros.toFixed(0)}`,
  ]);
  const head = [
    'load',
    'peak per second',
    'goodput / peak',
    '>= 0.97',
    'ms of a row, at the peak / now',
    'accepted p99 / deadline, ms',
    'refused: status, how many, p99',
    'recovery',
    'lag p99 ms',
    'CPU us, server / load',
  ];
  return table(head, rows);
}
