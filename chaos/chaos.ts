/** A server under load to which everything is done that can be done to one, and what came of it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Latencies, type Spread } from './latencies.js';
import { Load, pause } from './load.js';
import { MISCHIEFS, type Mischief, MischiefMaker } from './mischief.js';
import { ModelFolder, type ServedAs } from './model-folder.js';
import { type Sample, Sampler } from './sampler.js';
import { ServerCommand } from './server-command.js';
import { SmallDisk } from './small-disk.js';
import type { Fate } from './tally.js';

export interface ChaosOptions {
  readonly minutes: number;
  /** Of each phase: with chaos, and without. */
  readonly phaseMs: number;
  /** From one kill to the next. Every time one of the other things is done as well. */
  readonly everyMs: number;
}

export interface ChaosResult {
  readonly minutes: number;
  readonly everyMs: number;
  readonly node: string;
  readonly machine: string;
  readonly counts: Readonly<Record<Fate, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<Mischief, number>>;
  readonly bystanders: readonly Spread[];
  readonly samples: readonly Sample[];
  /** How often the server started an instance again, by why, as its metrics say. */
  readonly restarts: Readonly<Record<string, number>>;
  /** Models that are ready at the end, of all. */
  readonly ready: readonly string[];
  readonly models: number;
  /** How the server ended when it was asked to. */
  readonly ended: string;
}

const PREY: ServedAs = { isolation: 'process', instances: 2, runTimeout: 1, maxRows: 262_144 };
const BESIDE: ServedAs = { isolation: 'process', instances: 1, runTimeout: null, maxRows: 8 };
const INSIDE: ServedAs = { isolation: 'thread', instances: 1, runTimeout: null, maxRows: 8 };
const LOAD = { paceMs: 100, churn: 0 };
const SAMPLE_MS = 1000;
/** Between the end of the chaos and the last look, so that what died is back. */
const RECOVERY_MS = 3000;

export async function runChaos(options: ChaosOptions, tell: (line: string) => void): Promise<ChaosResult> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-chaos-'));
  try {
    return await chaosIn(folder, options, tell);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function chaosIn(
  folder: string,
  options: ChaosOptions,
  tell: (line: string) => void,
): Promise<ChaosResult> {
  const repository = join(folder, 'models');
  const prey = new ModelFolder(repository, 'prey', PREY);
  const renewed = new ModelFolder(repository, 'renewed', INSIDE);
  const bystanders = [
    new ModelFolder(repository, 'beside', BESIDE),
    new ModelFolder(repository, 'inside', INSIDE),
  ];
  const models = [prey, renewed, ...bystanders];
  const server = await startIn(folder, repository);
  const { disk } = server;
  const latencies = new Latencies(bystanders.map(({ name }) => name));
  const load = new Load(server.command, LOAD, (model, ms) => latencies.add(model, ms));
  const maker = new MischiefMaker({
    server: server.command,
    prey,
    renewed,
    disk,
    askMuch: () => load.askMuch(prey),
  });
  try {
    load.start(models);
    const sampler = new Sampler(server.command, SAMPLE_MS);
    await inPhases(options, server.command, latencies, maker, (phase) =>
      tell(`${phase}: ${JSON.stringify({ ...load.tally.counts, ...maker.done })}`),
    );
    await pause(RECOVERY_MS);
    await load.stop();
    const samples = await sampler.stop();
    const ready = await readyAmong(server.command.rest, models);
    return {
      minutes: options.minutes,
      everyMs: options.everyMs,
      node: process.version,
      machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
      counts: load.tally.counts,
      reasons: Object.fromEntries(load.tally.reasons),
      done: maker.done,
      bystanders: latencies.spreads(),
      samples,
      restarts: await restartsOf(server.command.rest),
      ready,
      models: models.length,
      ended: await server.command.stop(),
    };
  } finally {
    await server.command.stop();
  }
}

async function startIn(
  folder: string,
  repository: string,
): Promise<{ readonly command: ServerCommand; readonly disk: SmallDisk | null }> {
  const written = join(folder, 'written');
  mkdirSync(written);
  const disk = SmallDisk.isAllowed() ? new SmallDisk(written) : null;
  const command = await ServerCommand.start({
    args: [
      ...['--model-repository', repository, '--model-control-mode', 'explicit', '--load-model', '*'],
      ...['--trace-config', `file=${join(written, 'trace.json')},level=TIMESTAMPS,rate=10`],
      ...['--log-format', 'json', '--log-requests', 'all'],
    ],
    before: disk?.mount ?? null,
    logFile: join(written, 'log'),
  });
  return { command, disk };
}

/** Phases without chaos and with it, in turns. */
async function inPhases(
  { minutes, phaseMs, everyMs }: ChaosOptions,
  server: ServerCommand,
  latencies: Latencies,
  maker: MischiefMaker,
  tell: (phase: string) => void,
): Promise<void> {
  const others = MISCHIEFS.filter((each) => each !== 'kill');
  const phases = Math.max(2, Math.round((minutes * 60_000) / phaseMs));
  let turn = 0;
  for (let phase = 0; phase < phases && server.isAlive; phase++) {
    const isChaos = phase % 2 === 1;
    latencies.phase = isChaos ? 'chaos' : 'calm';
    const end = performance.now() + phaseMs;
    while (performance.now() < end && server.isAlive) {
      const next = Math.min(end, performance.now() + everyMs);
      if (isChaos) {
        await maker.make('kill');
        await maker.make(others[turn++ % others.length] ?? 'cut');
      }
      await pause(Math.max(0, next - performance.now()));
      if (isChaos) maker.relentDisk();
    }
    if (isChaos) await maker.relent();
    tell(latencies.phase);
  }
}

async function readyAmong(restPort: number, models: readonly ModelFolder[]): Promise<readonly string[]> {
  const answers = await Promise.all(
    models.map(async ({ name }) => {
      const { status } = await fetch(`http://127.0.0.1:${restPort}/v2/models/${name}/ready`);
      return { name, status };
    }),
  );
  return answers.filter(({ status }) => status === 200).map(({ name }) => name);
}

async function restartsOf(restPort: number): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${restPort}/metrics`)).text();
  const found = text.matchAll(/^furiosa_instance_restarts_total\{.*reason="(\w+)".*\} (\d+)$/gm);
  const sums: Record<string, number> = {};
  for (const [, reason = '', count] of found) sums[reason] = (sums[reason] ?? 0) + Number(count);
  return sums;
}
