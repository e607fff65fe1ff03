/** Latency under Poisson arrivals, beside the queue that loses nothing. */
import { poissonArrivals } from '../arrivals.js';
import { type EngineRun, paceOf } from '../engine-pace.js';
import { idealLatencies } from '../ideal-queue.js';
import { type OpenLoadSummary, summaryOf } from '../open-load-summary.js';
import { quantileOf } from '../quantile.js';
import { between, type RunTime } from '../run-times.js';
import { middle, ratios, spread, verdict } from '../spread.js';
import { table } from '../table.js';
import type { BenchModel } from './models.js';
import { type BatchingPlan, INSTANCES } from './plan.js';
import type { Site } from './site.js';
import type { Throughput } from './throughput.js';

/** At one rate; of the rounds that are not void. */
export interface LatencyAt {
  readonly model: BenchModel;
  /** Of the peak. */
  readonly share: number;
  readonly perSecond: number;
  readonly p50Ms: readonly number[];
  readonly p99Ms: readonly number[];
  readonly idealP50Ms: readonly number[];
  readonly idealP99Ms: readonly number[];
  /** With the run times of the bare engine, which shared its CPUs with nobody. */
  readonly bareIdealP99Ms: readonly number[];
  readonly lagP99Ms: readonly number[];
  readonly serverCpuMicros: readonly number[];
  readonly loadCpuMicros: readonly number[];
  /** Answers with another status than 200, of all rounds. */
  readonly notOk: number;
  readonly voidRounds: number;
}

const IDEAL_FACTOR = 1.15;
const IDEAL_EXTRA_MS = 0.5;

interface Round {
  readonly summary: OpenLoadSummary;
  readonly ideal: Float64Array;
  readonly bareIdeal: Float64Array;
  readonly serverCpuMicros: number;
  readonly loadCpuMicros: number;
}

export async function measureLatency(
  site: Site,
  throughput: Throughput,
  { rounds, blockMs, shares }: BatchingPlan['latency'],
): Promise<LatencyAt[]> {
  const { model, peak, runTimes, bestBareRows } = throughput;
  const bareQueue = { servers: INSTANCES, maxRows: bestBareRows, tauMs: between(runTimes) };
  const roundsAt = new Map(shares.map((share) => [share, [] as Round[]]));
  for (let round = 0; round < rounds; round++) {
    console.error(`  latency, round ${round + 1} of ${rounds}`);
    for (const share of round % 2 === 0 ? shares : [...shares].reverse()) {
      const arrivals = poissonArrivals({ perSecond: share * peak, durationMs: blockMs, seed: 200 + round });
      const block = await site.open({ served: 'defaults', model, arrivals });
      const sent = block.samples.map(({ scheduledMs, lagMs }) => scheduledMs + lagMs);
      const arrived = Float64Array.from(sent).sort();
      const queue = { ...bareQueue, tauMs: tauAt(block, bareQueue.tauMs) };
      const ideal = idealLatencies(arrived, queue);
      const bareIdeal = idealLatencies(arrived, bareQueue);
      roundsAt.get(share)?.push({ ...block, summary: summaryOf(block.samples), ideal, bareIdeal });
    }
  }
  return [...roundsAt].map(([share, all]) => latencyAt(model, share, share * peak, all));
}

/** The same, at the pace that the engine had then. */
function tauAt(
  { runs, runTimes }: { readonly runs: readonly EngineRun[]; readonly runTimes: readonly RunTime[] },
  bareMs: (rows: number) => number,
): (rows: number, startsAt: number) => number {
  const tauMs = tauOf(runTimes, bareMs);
  const pace = paceOf(runs, tauMs);
  // A run is known by its middle.
  return (rows, startsAt) => tauMs(rows) * pace(startsAt + tauMs(rows) / 2);
}

/** What runs took while the load was on: of sizes that it had, and beyond them in proportion to the bare engine's. */
function tauOf(seen: readonly RunTime[], bareMs: (rows: number) => number): (rows: number) => number {
  if (seen.length === 0) return bareMs;
  return (rows) => {
    const near = seen.reduce((best, each) =>
      Math.abs(each.rows - rows) < Math.abs(best.rows - rows) ? each : best,
    );
    return (near.ms * bareMs(rows)) / bareMs(near.rows);
  };
}

function latencyAt(model: BenchModel, share: number, perSecond: number, all: readonly Round[]): LatencyAt {
  const valid = all.filter(({ summary }) => !summary.isVoid);
  const notOk = all.map(({ summary }) => summary.count - (summary.statuses.get(200) ?? 0));
  return {
    model,
    share,
    perSecond,
    p50Ms: valid.map(({ summary }) => summary.p50Ms),
    p99Ms: valid.map(({ summary }) => summary.p99Ms),
    idealP50Ms: valid.map(({ ideal }) => quantileOf(ideal, 0.5)),
    idealP99Ms: valid.map(({ ideal }) => quantileOf(ideal, 0.99)),
    bareIdealP99Ms: valid.map(({ bareIdeal }) => quantileOf(bareIdeal, 0.99)),
    lagP99Ms: all.map(({ summary }) => summary.lagP99Ms),
    serverCpuMicros: all.map((each) => each.serverCpuMicros),
    loadCpuMicros: all.map((each) => each.loadCpuMicros),
    notOk: notOk.reduce((sum, each) => sum + each, 0),
    voidRounds: all.length - valid.length,
  };
}

export function latencyTable(results: readonly LatencyAt[]): string {
  const rows = results.map((at) => {
    const bounds = at.idealP99Ms.map((ms) => IDEAL_FACTOR * ms + IDEAL_EXTRA_MS);
    const ofBound = ratios(at.p99Ms, bounds);
    return [
      `${at.model.name}, ${(at.share * 100).toFixed(0)} %`,
      at.perSecond.toFixed(0),
      middle(at.p50Ms),
      middle(at.idealP50Ms),
      middle(at.p99Ms),
      middle(at.idealP99Ms),
      middle(at.bareIdealP99Ms),
      spread(ofBound),
      verdict(ofBound, { most: 1 }),
      String(at.notOk),
      middle(at.lagP99Ms),
      String(at.voidRounds),
      `${middle(at.serverCpuMicros, 0)} / ${middle(at.loadCpuMicros, 0)}`,
    ];
  });
  const head = [
    'load',
    'per second',
    'p50 ms',
    'ideal p50',
    'p99 ms',
    'ideal p99',
    'of the bare engine',
    'p99 / bound',
    '<= 1',
    'not 200',
    'lag p99 ms',
    'void',
    'CPU us, server / load',
  ];
  return table(head, rows);
}
