/**
 * What models cost that nobody asks: a server with ten of them beside one with a thousand, and the same traffic on ten of
 * either.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { scalarModel, writeModel } from '../test/support/onnx-models.js';
import { repositoryOf } from './many-folders.js';
import type { Ports } from './our-server.js';
import { cpuMicros, type Participant, participant, residentBytes } from './process.js';
import { configFileOf, temporaryFolder } from './samples.js';
import { alternate, type Block, overHttp, type Plan } from './side-by-side.js';
import { ratios, spread, verdict } from './spread.js';
import { median, table } from './table.js';

const FEW = 10;
const MANY = 1000;
const MANY_IF_QUICK = 100;
/** Folders of a repository, of which a few are loaded: all of them would take 3 GiB. */
const FOLDERS = 5000;
const FOLDERS_IF_QUICK = 500;
const CONNECTIONS = 10;
const LOOKS = 50;
const MOST_SECONDS_TO_REST = 180;
/** A server is at rest when it has used so little CPU in each of so many seconds. */
const REST_MICROS = 20_000;
const CALM_SECONDS = 12;
/** Of the cost of a request, many to few. */
const GOAL = { most: 1.05 };
const PLAN: Plan = { rounds: 12, blockMs: 3000, warmUpMs: 12_000 };
const QUICK_PLAN: Plan = { rounds: 2, blockMs: 1000, warmUpMs: 1000 };

interface Site {
  readonly count: number;
  readonly server: Participant & { readonly first: Ports };
  readonly loadMs: number;
  /** At rest, some seconds after all had been loaded. */
  readonly bytes: number;
  /** What the server says that all models hold together. */
  readonly toldBytes: number;
}

/** @param flags `--quick` for a hundred models and a short run */
export async function models(flags: readonly string[]): Promise<string> {
  const isQuick = flags.includes('--quick');
  const path = writeModel(temporaryFolder(), 'tiny.onnx', scalarModel());
  const few = await open(path, FEW);
  const many = await open(path, isQuick ? MANY_IF_QUICK : MANY);
  const load = await participant<string>('./load.js');
  const blocks = await alternate(
    { few: traffic(load, few), many: traffic(load, many) },
    isQuick ? QUICK_PLAN : PLAN,
  );
  const sites = [
    { site: few, blocks: blocks['few'] ?? [], looks: await looks(few) },
    { site: many, blocks: blocks['many'] ?? [], looks: await looks(many) },
  ];
  await Promise.all([few.server, many.server, load].map((each) => each.stop()));
  const head = ['models', 'per second', 'CPU s for 1,000', 'p50 ms', 'index, ms', 'models, ms', 'ready, ms'];
  const rows = sites.map(({ site, blocks: list, looks: times }) => [
    String(site.count),
    median(list.map(({ perSecond }) => perSecond)).toFixed(0),
    median(list.map(cpuSeconds)).toFixed(3),
    median(list.map(({ p50Ms }) => p50Ms)).toFixed(2),
    ...times.map((ms) => ms.toFixed(2)),
  ]);
  const folders = await repositoryOf(isQuick ? FOLDERS_IF_QUICK : FOLDERS);
  return [table(head, rows), costOf(sites), memoryOf(few, many), folders].join('\n\n');
}

async function open(path: string, count: number): Promise<Site> {
  const names = Array.from({ length: count }, (_, i) => `m${i}`);
  const config = configFileOf(Object.fromEntries(names.map((name) => [name, path])), {
    device: 'cpu(1)*1',
    worker_num: 1,
  });
  console.error(`  loading ${count} models`);
  const from = performance.now();
  const server = await participant<Ports>('./our-server.js', [config]);
  const loadMs = performance.now() - from;
  await untilAtRest(server.pid);
  const bytes = residentBytes(server.pid);
  const told = (await (await fetch(urlOf(server.first, '/v2/repository/models'))).json()) as {
    versions: { state: string; memory_bytes: number | null }[];
  }[];
  const versions = told.flatMap((model) => model.versions);
  const ready = versions.filter(({ state }) => state === 'READY').length;
  if (ready !== count) throw new Error(`${ready} of ${count} models are ready`);
  const toldBytes = versions.reduce((sum, { memory_bytes }) => sum + (memory_bytes ?? 0), 0);
  return { count, server, loadMs, bytes, toldBytes };
}

/** V8 tidies the heap of each thread some seconds after it has had nothing more to do. */
async function untilAtRest(pid: number): Promise<void> {
  let calm = 0;
  for (let second = 0; second < MOST_SECONDS_TO_REST; second++) {
    const before = cpuMicros(pid);
    await pause(1000);
    calm = cpuMicros(pid) - before <= REST_MICROS ? calm + 1 : 0;
    if (calm === CALM_SECONDS) return;
  }
  throw new Error(`the server was still at work after ${MOST_SECONDS_TO_REST} s`);
}

/** To ten of the models, from the first that was loaded to the last. */
function traffic(load: Participant, { server, count }: Site): ReturnType<typeof overHttp> {
  const body = Buffer.from(
    JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [], data: [1] }] }),
  );
  const paths = Array.from({ length: FEW }, (_, i) => `/v2/models/m${(i * count) / FEW}/infer`);
  return overHttp(load, server, server.first.rest, { headers: {}, body, paths, connections: CONNECTIONS });
}

/** Median milliseconds in which what is told of all models is answered, one after the other on a connection. */
async function looks({ server }: Site): Promise<number[]> {
  const medians: number[] = [];
  for (const path of ['/v2/repository/index', '/v2/repository/models', '/v2/health/ready']) {
    const times: number[] = [];
    for (let i = 0; i < LOOKS; i++) {
      const from = performance.now();
      const answer = await fetch(urlOf(server.first, path));
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      times.push(performance.now() - from);
    }
    medians.push(median(times));
  }
  return medians;
}

function urlOf({ rest }: Ports, path: string): string {
  return `http://127.0.0.1:${rest}${path}`;
}

function cpuSeconds({ cpuMicros }: Block): number {
  return (cpuMicros * 1000) / 1e6;
}

function costOf([few, many]: readonly { readonly blocks: readonly Block[] }[]): string {
  const costs = ratios((many?.blocks ?? []).map(cpuSeconds), (few?.blocks ?? []).map(cpuSeconds));
  return `CPU of a request, many models / few: ${spread(costs)}. The goal, at most ${GOAL.most}: ${verdict(costs, GOAL)}.`;
}

function memoryOf(few: Site, many: Site): string {
  const more = many.count - few.count;
  const mib = (bytes: number): string => (bytes / more / 1024 / 1024).toFixed(2);
  return (
    `Loaded in ${(many.loadMs / 1000).toFixed(1)} s, ${((many.loadMs - few.loadMs) / more).toFixed(0)} ms for each model more. ` +
    `Each takes ${mib(many.bytes - few.bytes)} MiB of resident memory, and is told to hold ${mib(many.toldBytes - few.toldBytes)} MiB.`
  );
}
