/** What `furiosa plan` tells of a server, beside what that server does in the same run. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readProfile } from '#cli/plan/profile-file.js';
import type { ModelProfile } from '#planning/profile.js';
import { replicaState, saturationOf } from '#planning/replica.js';
import { poissonArrivals } from './arrivals.js';
import { type BenchModel, convModel, denseModel, mnistModel } from './batching/models.js';
import { layoutOf } from './batching/plan.js';
import { DEFAULTS, openSite, type Site } from './batching/site.js';
import { summaryOf } from './open-load-summary.js';
import { temporaryFile } from './samples.js';
import { spread } from './spread.js';
import { median, table } from './table.js';

const SERVED = 'defaults';
const SHARES = [0.5, 0.7, 0.8];
const CONNECTIONS = 64;
const COMMAND = fileURLToPath(new URL('../../bin/furiosa.js', import.meta.url));

interface PlanBench {
  readonly measureS: number;
  readonly peakMs: number;
  readonly blockMs: number;
  readonly rounds: number;
}

const FULL: PlanBench = { measureS: 20, peakMs: 4000, blockMs: 15_000, rounds: 5 };
const QUICK: PlanBench = { measureS: 5, peakMs: 1500, blockMs: 4000, rounds: 1 };

interface AtShare {
  readonly share: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Null where the prediction is that it cannot keep up. */
  readonly told: { readonly p50Ms: number; readonly p99Ms: number } | null;
}

interface Round {
  readonly peak: number;
  readonly told: number;
  readonly limit: string;
  readonly at: readonly AtShare[];
}

/** @param flags `--quick` for a short run whose figures mean little */
export async function plan(flags: readonly string[]): Promise<string> {
  const how = flags.includes('--quick') ? QUICK : FULL;
  const layout = layoutOf('shared');
  const models = [
    denseModel(2048, 8),
    convModel('deep', 32, 20),
    // Here the main thread is the bound.
    mnistModel(),
  ];
  const rows: string[][] = [];
  for (const model of models) {
    console.error(` ${model.name}`);
    const site = await openSite([{ served: SERVED, model, form: DEFAULTS }], layout);
    const rounds: Round[] = [];
    for (let round = 0; round < how.rounds; round++)
      rounds.push(await measureRound(site, model, layout.load, round, how));
    await site.stop();
    rows.push(...rowsOf(model.name, rounds));
  }
  const head = ['model', 'what', 'per second', 'measured', 'told', 'told / measured', 'within 15 %'];
  const server = `The server has CPU ${layout.server} and one instance, the load CPU ${layout.load}.`;
  return `${server} The profile is that of \`furiosa plan --measure ${how.measureS}\`, taken anew in each round.\n\n${table(head, rows)}`;
}

async function measureRound(
  site: Site,
  model: BenchModel,
  loadCpus: string,
  round: number,
  { measureS, peakMs, blockMs }: PlanBench,
): Promise<Round> {
  const profile = await profileOf(site, loadCpus, measureS);
  const shape = { instances: profile.instances, cores: profile.cores };
  const { perSecond: peak } = await site.peak(SERVED, model, CONNECTIONS, peakMs);
  const at: AtShare[] = [];
  for (const share of SHARES) {
    const perSecond = share * peak;
    const arrivals = poissonArrivals({ perSecond, durationMs: blockMs, seed: 300 + round });
    const { p50Ms, p99Ms } = summaryOf((await site.open({ served: SERVED, model, arrivals })).samples);
    at.push({ share, perSecond, p50Ms, p99Ms, told: replicaState(profile, shape, perSecond) });
  }
  const { perSecond: told, limit } = saturationOf(profile, shape);
  return { peak, told, limit, at };
}

/** By the command itself, on the CPU of the load. */
async function profileOf(site: Site, cpus: string, seconds: number): Promise<ModelProfile> {
  const file = temporaryFile('profile.json', '');
  const url = `http://127.0.0.1:${site.server.first.rest}`;
  const words = ['plan', SERVED, '--url', url, '--measure', String(seconds), '--save', file];
  await promisify(execFile)('taskset', ['-c', cpus, process.execPath, COMMAND, ...words]);
  return readProfile('bench', file);
}

function rowsOf(name: string, rounds: readonly Round[]): string[][] {
  const limits = [...new Set(rounds.map(({ limit }) => limit))].join(', ');
  const peaks = rounds.map(({ peak }) => peak);
  const told = rounds.map((round) => round.told);
  const saturation = compared(`${name}, saturation by its ${limits}`, median(peaks), peaks, told, 0);
  const latencies = SHARES.flatMap((share, i) => {
    const at = rounds.flatMap((round) => round.at[i] ?? []);
    const perSecond = median(at.map((each) => each.perSecond));
    const quantile = (key: 'p50Ms' | 'p99Ms'): string[] =>
      compared(
        `${name}, ${key.slice(0, 3)} ms at ${share * 100} %`,
        perSecond,
        at.map((each) => each[key]),
        at.map((each) => each.told?.[key] ?? Number.POSITIVE_INFINITY),
        2,
      );
    return [quantile('p50Ms'), quantile('p99Ms')];
  });
  return [saturation, ...latencies];
}

function compared(
  what: string,
  perSecond: number,
  measured: readonly number[],
  told: readonly number[],
  digits: number,
): string[] {
  const ratios = told.map((value, i) => value / (measured[i] ?? Number.NaN));
  const isNear = Math.abs(median(ratios) - 1) <= 0.15;
  const [model = '', ...rest] = what.split(', ');
  return [
    model,
    rest.join(', '),
    perSecond.toFixed(0),
    median(measured).toFixed(digits),
    median(told).toFixed(digits),
    spread(ratios),
    isNear ? 'yes' : 'no',
  ];
}
