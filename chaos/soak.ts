/** A server under a small mixed load for long: what grows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuMicros } from '../bench/process.js';
import { quantileOf } from '../bench/quantile.js';
import { randomOf } from '../test/support/random.js';
import { cutRequest } from './asks.js';
import { Load, numbers, pause } from './load.js';
import { ModelFolder, type ServedAs } from './model-folder.js';
import { reloadModel } from './reloading.js';
import { type Sample, Sampler } from './sampler.js';
import { ServerCommand } from './server-command.js';
import type { Fate } from './tally.js';

export interface SoakResult {
  readonly minutes: number;
  readonly node: string;
  readonly machine: string;
  readonly counts: Readonly<Record<Fate, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly reloads: number;
  readonly cuts: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server alone, as a part of one core. */
  readonly coreShare: number;
  readonly samples: readonly Sample[];
}

const SAMPLE_MS = 5000;
const RELOAD_MS = 10_000;
const CUT_MS = 1000;
const LOAD = { paceMs: 160, churn: 100 };
const ASIDE: ServedAs = { isolation: 'process', instances: 1, runTimeout: 10, maxRows: 8 };
const INSIDE: ServedAs = { isolation: 'thread', instances: 2, runTimeout: null, maxRows: 8 };
/** Latencies that are kept. */
const MOST_LATENCIES = 1_000_000;

export async function runSoak(minutes: number, tell: (line: string) => void): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-soak-'));
  try {
    return await soakIn(folder, minutes, tell);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soakIn(folder: string, minutes: number, tell: (line: string) => void): Promise<SoakResult> {
  const repository = join(folder, 'models');
  const models = [
    new ModelFolder(repository, 'inside', INSIDE),
    new ModelFolder(repository, 'aside', ASIDE),
    new ModelFolder(repository, 'renewed', INSIDE),
  ];
  const server = await ServerCommand.start({
    args: ['--model-repository', repository, '--model-control-mode', 'explicit', '--load-model', '*'],
    before: null,
    logFile: join(folder, 'log'),
  });
  const latencies: number[] = [];
  const load = new Load(server, LOAD, (_, ms) => {
    if (latencies.length < MOST_LATENCIES) latencies.push(ms);
  });
  const random = randomOf(1);
  const done = { reloads: 0, cuts: 0 };
  const from = performance.now();
  const isOver = (): boolean => performance.now() - from >= minutes * 60_000 || !server.isAlive;
  const sampler = new Sampler(server, SAMPLE_MS);
  const cpuFrom = cpuMicros(server.pid);
  load.start(models);
  const again = async (everyMs: number, act: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      await pause(everyMs);
      if (isOver()) return;
      await act();
    }
  };
  const renewed = models[2] as ModelFolder;
  await Promise.all([
    again(RELOAD_MS, async () => {
      await reloadModel(server.rest, renewed);
      done.reloads++;
      if (done.reloads % 30 === 0) tell(JSON.stringify({ ...load.tally.counts, ...sampler.samples.at(-1) }));
    }),
    again(CUT_MS, async () => {
      const cut = done.cuts++ % 2 === 0 ? 'in the body' : 'before the answer';
      await cutRequest(server.rest, 'inside', numbers(random), cut);
    }),
  ]);
  const seconds = (performance.now() - from) / 1000;
  const coreShare = (cpuMicros(server.pid) - cpuFrom) / 1e6 / seconds;
  await load.stop();
  const samples = await sampler.stop();
  await server.stop();
  return {
    minutes: Math.round(seconds / 60),
    node: process.version,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
    counts: load.tally.counts,
    reasons: Object.fromEntries(load.tally.reasons),
    ...done,
    p50Ms: quantileOf(latencies, 0.5),
    p99Ms: quantileOf(latencies, 0.99),
    coreShare,
    samples,
  };
}
