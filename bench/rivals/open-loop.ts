/** MLPerf's scenario Server: requests come when they come, the same ones to all; then twice as many as a server can bear. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { poissonArrivals } from '../arrivals.js';
import type { ShapedModel } from '../nets/shaped.js';
import { type OpenLoadOrder, readSamples, type Sample } from '../open-load-order.js';
import { goodput, summaryOf } from '../open-load-summary.js';
import type { Participant } from '../process.js';
import { jsonRequest } from '../requests.js';
import { temporaryFile, temporaryFolder } from '../samples.js';
import { httpBytes } from '../side-by-side.js';
import { median } from '../table.js';
import { type Entrant, type Heat, nameOf, rowsTo } from './heat.js';
import type { RivalsPlan } from './plan.js';

/** Of the slowest one's rate when all is asked at once, so that everybody can bear it. */
const SHARE_OF_SLOWEST = 0.7;
const OVERLOAD = 2;
const CONNECTIONS = 64;
const SEED = 41;
/** Of the p50 with one request at a time: an answer that takes longer has come too late. */
const DEADLINE_FACTOR = 10;

export interface OpenResult {
  readonly model: ShapedModel;
  readonly entrant: string;
  readonly perSecond: number;
  /** Of each round that the generator was on time for. */
  readonly p50Ms: readonly number[];
  readonly p99Ms: readonly number[];
  readonly voidRounds: number;
  /** Rounds had answers that were none. */
  readonly failures: number;
  /** Twice its own rate: what is answered within the deadline, as a share of that rate. */
  readonly overload: { readonly peak: number; readonly deadlineMs: number; readonly goodput: number };
}

/** Over REST JSON, which all of them speak. */
export async function openLoop(
  model: ShapedModel,
  entrants: readonly Entrant[],
  heats: readonly Heat[],
  load: Participant,
  { rounds, durationMs }: RivalsPlan['server'],
): Promise<OpenResult[]> {
  const peaks = figureOf(heats, 'Offline', ({ perSecond }) => perSecond);
  const alone = figureOf(heats, 'SingleStream', ({ p50Ms }) => p50Ms);
  const runners = entrants.filter(({ server, form }) => peaks.has(nameOf(server, form)));
  const perSecond = SHARE_OF_SLOWEST * Math.min(...peaks.values());
  const requestFile = temporaryFile('request', httpBytes(jsonRequest(rowsTo(model, 1))));
  const samples = new Map<string, Sample[][]>(runners.map(({ server, form }) => [nameOf(server, form), []]));
  const ask = async ({ contestant }: Entrant, rate: number, seed: number): Promise<Sample[]> => {
    const arrivals = poissonArrivals({ perSecond: rate, durationMs, seed });
    contestant.wake();
    try {
      return await send(load, { port: contestant.ports.rest, requestFile }, arrivals);
    } finally {
      contestant.sleep();
    }
  };
  for (let round = 0; round < rounds; round++) {
    console.error(`  ${model.name}, REST JSON, Server, round ${round + 1} of ${rounds}`);
    for (const each of round % 2 === 0 ? runners : [...runners].reverse())
      samples.get(nameOf(each.server, each.form))?.push(await ask(each, perSecond, SEED + round));
  }
  const results: OpenResult[] = [];
  for (const each of runners) {
    const name = nameOf(each.server, each.form);
    const summaries = (samples.get(name) ?? []).map(summaryOf);
    const counted = summaries.filter(({ isVoid }) => !isVoid);
    const peak = peaks.get(name) ?? 0;
    const deadlineMs = DEADLINE_FACTOR * (alone.get(name) ?? 0);
    console.error(`  ${model.name}, ${name}, twice its rate`);
    const flood = await ask(each, OVERLOAD * peak, SEED);
    results.push({
      model,
      entrant: name,
      perSecond,
      p50Ms: counted.map(({ p50Ms }) => p50Ms),
      p99Ms: counted.map(({ p99Ms }) => p99Ms),
      voidRounds: summaries.length - counted.length,
      failures: summaries.reduce((sum, { count, statuses }) => sum + count - (statuses.get(200) ?? 0), 0),
      overload: { peak, deadlineMs, goodput: goodput(flood, deadlineMs, 0, durationMs) / peak },
    });
  }
  return results;
}

function figureOf(
  heats: readonly Heat[],
  scenario: Heat['scenario'],
  of: (block: Heat['blocks'][string][number]) => number,
): ReadonlyMap<string, number> {
  const heat = heats.find((each) => each.scenario === scenario && each.transport === 'REST JSON');
  return new Map(Object.entries(heat?.blocks ?? {}).map(([name, blocks]) => [name, median(blocks.map(of))]));
}

async function send(
  load: Participant,
  to: Pick<OpenLoadOrder, 'port' | 'requestFile'>,
  arrivals: Float64Array,
): Promise<Sample[]> {
  const samplesFile = join(temporaryFolder(), 'samples');
  const arrivalsFile = temporaryFile('arrivals', new Uint8Array(arrivals.slice().buffer));
  await load.ask({ ...to, arrivalsFile, samplesFile, connections: CONNECTIONS } satisfies OpenLoadOrder);
  const bytes = readFileSync(samplesFile);
  return readSamples(new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
}
