/** A light model beside a heavy one that takes all it can get, on one CPU. */
import { poissonArrivals } from '../arrivals.js';
import { type OpenLoadSummary, summaryOfSuccess } from '../open-load-summary.js';
import { middle, ratios, spread, verdict } from '../spread.js';
import { table } from '../table.js';
import type { BenchModel } from './models.js';
import type { Rounds } from './plan.js';
import type { Site } from './site.js';

export interface TwoModels {
  readonly light: BenchModel;
  readonly heavy: BenchModel;
  readonly perSecond: number;
  readonly aloneMs: readonly number[];
  readonly besideMs: readonly number[];
  /** What the heavy model got done beside the light one. */
  readonly heavyPerSecond: readonly number[];
  readonly voidRounds: number;
}

/** Modest: a light model of some tens of microseconds leaves nearly all of the CPU to the other. */
const LIGHT_PER_SECOND = 200;
const HEAVY_CONNECTIONS = 16;
/** How long the heavy load runs before the light one begins, and behind its end. */
const MARGIN_MS = 400;
/** Runnable models on the CPU. */
const COMPETITORS = 2;
const GOAL = { most: 2 };

export async function measureTwoModels(
  site: Site,
  { light, heavy }: { readonly light: BenchModel; readonly heavy: BenchModel },
  { rounds, blockMs }: Rounds,
): Promise<TwoModels> {
  const saturate = site.closed('heavy', heavy, HEAVY_CONNECTIONS);
  const [alone, beside, heavyPerSecond]: [OpenLoadSummary[], OpenLoadSummary[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    console.error(`  two models, round ${round + 1} of ${rounds}`);
    const arrivals = poissonArrivals({ perSecond: LIGHT_PER_SECOND, durationMs: blockMs, seed: 400 + round });
    const ask = async (): Promise<OpenLoadSummary> =>
      summaryOfSuccess((await site.open({ served: 'light', model: light, arrivals })).samples);
    alone.push(await ask());
    const heavyBlock = saturate(blockMs + 2 * MARGIN_MS);
    await new Promise((resolve) => setTimeout(resolve, MARGIN_MS / 2));
    beside.push(await ask());
    heavyPerSecond.push((await heavyBlock).perSecond);
  }
  const valid = alone.map((each, i) => !each.isVoid && beside[i]?.isVoid === false);
  const p99 = (all: readonly OpenLoadSummary[]): number[] =>
    all.filter((_, i) => valid[i]).map(({ p99Ms }) => p99Ms);
  return {
    light,
    heavy,
    perSecond: LIGHT_PER_SECOND,
    aloneMs: p99(alone),
    besideMs: p99(beside),
    heavyPerSecond,
    voidRounds: valid.filter((each) => !each).length,
  };
}

export function twoModelsTable({ light, heavy, perSecond, ...result }: TwoModels): string {
  const fairMs = result.aloneMs.map((ms) => COMPETITORS * ms);
  const ratio = ratios(result.besideMs, fairMs);
  return table(
    [
      'light beside heavy',
      'per second',
      'p99 ms alone',
      'fair p99',
      'p99 ms beside',
      'beside / fair',
      '<= 2',
      'heavy per second',
      'void rounds',
    ],
    [
      [
        `${light.name} beside ${heavy.name}`,
        perSecond.toFixed(0),
        middle(result.aloneMs),
        middle(fairMs),
        middle(result.besideMs),
        spread(ratio),
        verdict(ratio, GOAL),
        middle(result.heavyPerSecond, 0),
        String(result.voidRounds),
      ],
    ],
  );
}
