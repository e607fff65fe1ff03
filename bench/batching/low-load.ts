/** The latency of a server that has little to do: batching must not cost what it cannot win. */
import { poissonArrivals } from '../arrivals.js';
import { summaryOfSuccess } from '../open-load-summary.js';
import { middle, ratios, spread, verdict } from '../spread.js';
import { table } from '../table.js';
import type { BenchModel } from './models.js';
import type { Rounds } from './plan.js';
import type { Site } from './site.js';
import type { Throughput } from './throughput.js';

export interface LowLoad {
  readonly model: BenchModel;
  readonly perSecond: number;
  /** Of each round that both measured: the medians of latency. */
  readonly defaultsMs: readonly number[];
  readonly offMs: readonly number[];
  readonly voidRounds: number;
}

const LOAD = 0.2;
const GOAL = { most: 1.03 };
const FORMS = ['defaults', 'off'] as const;

/** 20 % of the lower of the two peaks: where batching pays, 20 % of its peak may be more than the server can do without. */
export async function measureLowLoad(
  site: Site,
  { model, peak, peakOff }: Throughput,
  { rounds, blockMs }: Rounds,
): Promise<LowLoad> {
  const perSecond = LOAD * Math.min(peak, peakOff);
  const p50: Record<(typeof FORMS)[number], number[]> = { defaults: [], off: [] };
  let voidRounds = 0;
  for (let round = 0; round < rounds; round++) {
    const arrivals = poissonArrivals({ perSecond, durationMs: blockMs, seed: 100 + round });
    const summaries = new Map<string, ReturnType<typeof summaryOfSuccess>>();
    for (const served of round % 2 === 0 ? FORMS : [...FORMS].reverse())
      summaries.set(served, summaryOfSuccess((await site.open({ served, model, arrivals })).samples));
    if ([...summaries.values()].some(({ isVoid }) => isVoid)) voidRounds++;
    else for (const served of FORMS) p50[served].push(summaries.get(served)?.p50Ms ?? Number.NaN);
  }
  return { model, perSecond, defaultsMs: p50.defaults, offMs: p50.off, voidRounds };
}

export function lowLoadTable(results: readonly LowLoad[]): string {
  const rows = results.map(({ model, perSecond, defaultsMs, offMs, voidRounds }) => {
    const ratio = ratios(defaultsMs, offMs);
    return [
      model.name,
      perSecond.toFixed(0),
      middle(defaultsMs),
      middle(offMs),
      spread(ratio),
      verdict(ratio, GOAL),
      String(voidRounds),
    ];
  });
  return table(
    ['model', 'per second', 'p50 ms, defaults', 'p50 ms, off', 'defaults / off', '<= 1.03', 'void rounds'],
    rows,
  );
}
