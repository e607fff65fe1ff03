/** Rows per second at saturation: the defaults, the best static batch, no batching, and the bare engine. */
import { bestRows, type RunTime } from '../run-times.js';
import { alternate, type Block, type Measure } from '../side-by-side.js';
import { ratios, spread, verdict } from '../spread.js';
import { median, table } from '../table.js';
import type { BenchModel } from './models.js';
import { type BatchingPlan, INSTANCES } from './plan.js';
import type { Bare, Site } from './site.js';

export interface Throughput {
  readonly model: BenchModel;
  /** Of the bare engine. */
  readonly runTimes: readonly RunTime[];
  /** The batch at which the bare engine gets the most done. */
  readonly bestBareRows: number;
  readonly bestStaticRows: number;
  /** What each static batch came to in the search: rows per second. */
  readonly sweep: readonly { readonly rows: number; readonly perSecond: number }[];
  readonly blocks: Readonly<Record<Participant, readonly Block[]>>;
  /** Of the defaults, and with batching off: the medians, per second. */
  readonly peak: number;
  readonly peakOff: number;
}

type Participant = 'defaults' | 'static' | 'off' | 'bare';

const LEAST_CONNECTIONS = 64;
const WARM_UP_SHARE = 0.4;
const GOAL = { least: 0.95 };

/** `static-8`: the model as the server calls it when its batch is static. */
export function staticName(rows: number): string {
  return `static-${rows}`;
}

export async function measureThroughput(
  site: Site,
  bare: Bare,
  model: BenchModel,
  plan: BatchingPlan,
): Promise<Throughput> {
  const runTimes = await measureRunTimes(bare, plan);
  const sweep: { rows: number; perSecond: number }[] = [];
  for (const rows of plan.sizes) {
    const measure = site.closed(staticName(rows), model, connectionsFor(rows));
    await measure(plan.sweepMs * WARM_UP_SHARE);
    sweep.push({ rows, perSecond: (await measure(plan.sweepMs)).perSecond });
  }
  const bestStaticRows = sweep.reduce((best, each) => (each.perSecond > best.perSecond ? each : best)).rows;
  const connections = connectionsFor(bestStaticRows);
  const blocks = await alternate(
    {
      defaults: site.closed('defaults', model, connections),
      static: site.closed(staticName(bestStaticRows), model, connections),
      off: site.closed('off', model, connections),
      bare: inLoops(bare, bestRows(runTimes)),
    } satisfies Record<Participant, Measure>,
    plan.compare,
  );
  const blocksOf = (name: Participant): readonly Block[] => blocks[name] ?? [];
  return {
    model,
    runTimes,
    bestBareRows: bestRows(runTimes),
    bestStaticRows,
    sweep,
    blocks: {
      defaults: blocksOf('defaults'),
      static: blocksOf('static'),
      off: blocksOf('off'),
      bare: blocksOf('bare'),
    },
    peak: median(blocksOf('defaults').map(({ perSecond }) => perSecond)),
    peakOff: median(blocksOf('off').map(({ perSecond }) => perSecond)),
  };
}

/** Triton's rule for saturation. */
function connectionsFor(rows: number): number {
  return Math.max(LEAST_CONNECTIONS, 2 * rows * INSTANCES);
}

async function measureRunTimes(bare: Bare, { sizes, runTimeMs }: BatchingPlan): Promise<RunTime[]> {
  const times: RunTime[] = [];
  for (const rows of sizes) {
    await bare.runs({ rows, durationMs: runTimeMs * WARM_UP_SHARE });
    times.push({ rows, ms: (await bare.runs({ rows, durationMs: runTimeMs })).runMs });
  }
  return times;
}

function inLoops(bare: Bare, rows: number): Measure {
  return async (durationMs) => {
    const { perSecond, runMs } = await bare.runs({ rows, durationMs });
    return { perSecond, cpuMicros: 0, loadCpuMicros: 0, p50Ms: runMs, p99Ms: runMs, p999Ms: runMs };
  };
}

export function throughputTable(results: readonly Throughput[]): string {
  const rows = results.flatMap(({ model, blocks, bestStaticRows, bestBareRows }) => {
    const labels: Record<Participant, string> = {
      defaults: 'the defaults',
      static: `static batch of ${bestStaticRows}, the best`,
      off: 'batching off',
      bare: `bare engine, batches of ${bestBareRows}`,
    };
    const rateOf = (name: Participant): number[] => blocks[name].map(({ perSecond }) => perSecond);
    return (Object.keys(labels) as Participant[]).map((name) => {
      const ratio = ratios(rateOf('defaults'), rateOf(name));
      return [
        model.name,
        labels[name],
        median(rateOf(name)).toFixed(0),
        name === 'bare' ? '' : median(blocks[name].map(({ cpuMicros }) => cpuMicros)).toFixed(0),
        median(blocks[name].map(({ p50Ms }) => p50Ms)).toFixed(2),
        name === 'defaults' ? '1' : spread(ratio),
        name === 'static' ? verdict(ratio, GOAL) : '',
      ];
    });
  });
  return table(
    ['model', 'participant', 'rows per second', 'CPU us each', 'p50 ms', 'defaults / it', '>= 0.95'],
    rows,
  );
}
