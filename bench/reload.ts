/** A model that is loaded again and again under constant load: who fails, who gets which answer, and what memory remains. */
import { setTimeout as pause } from 'node:timers/promises';
import { GenerationLoad, type LoadShape, type Tally } from '../test/support/generation-load.js';
import { replaceGeneration } from '../test/support/generations.js';
import { MODEL_NAME, type ReloadOrder } from '../test/support/reload-order.js';
import type { Ports } from './our-server.js';
import { participant, residentBytes } from './process.js';
import { temporaryFolder } from './samples.js';
import { median, table } from './table.js';

const RELOADS = 200;
const RELOADS_IF_QUICK = 20;
/** Memory is held against what it was then. */
const SETTLED = 10;
/** Of resident memory, at the end to after the tenth. */
const GOAL = 1.05;
/** 4 MiB of weights in each generation. */
const PLACES = 1024 * 1024;
const ANSWERS_BETWEEN = 100;
const SAMPLES = 9;
const SAMPLE_PAUSE_MS = 100;

const LOAD: LoadShape = {
  name: MODEL_NAME,
  restConnections: 8,
  grpcCalls: 2,
  grpcStreams: 2,
  places: PLACES,
  versionOf: () => '1',
};

/** @param flags `--quick` for a tenth of the reloads */
export async function reload(flags: readonly string[]): Promise<string> {
  const reloads = flags.includes('--quick') ? RELOADS_IF_QUICK : RELOADS;
  const path = `${temporaryFolder()}/model.onnx`;
  const server = await participant<Ports>('../test/support/reload-server.js');
  const reloadMs: number[] = [];
  const serve = async (generation: number): Promise<void> => {
    replaceGeneration(path, generation, PLACES);
    const order: ReloadOrder = { versions: [{ version: '1', path }] };
    const from = performance.now();
    const { fault } = await server.ask<{ fault: string | null }>(order);
    reloadMs.push(performance.now() - from);
    if (fault !== null) throw new Error(fault);
  };
  await serve(0);
  const load = new GenerationLoad(server.first, LOAD);
  load.start();
  const memory = new Map<number, number>();
  for (let generation = 1; generation <= reloads; generation++) {
    load.written(generation);
    await serve(generation);
    load.acknowledged(generation);
    await load.more(ANSWERS_BETWEEN);
    if (generation % SETTLED === 0) {
      memory.set(generation, await residentUnderLoad(server.pid));
      console.error(`  ${generation} of ${reloads}`);
    }
  }
  const tally = await load.stop();
  await server.stop();
  return [memoryTable(memory), tallyLine(tally, reloads, reloadMs), goalLine(memory)].join('\n\n');
}

/** Resident memory changes with every collection of garbage: the median of some looks, while requests go on. */
async function residentUnderLoad(pid: number): Promise<number> {
  const looks: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    looks.push(residentBytes(pid));
    await pause(SAMPLE_PAUSE_MS);
  }
  return median(looks);
}

function memoryTable(memory: ReadonlyMap<number, number>): string {
  const base = memory.get(SETTLED) ?? Number.NaN;
  const rows = [...memory].map(([generation, bytes]) => [
    String(generation),
    (bytes / 1024 / 1024).toFixed(1),
    (bytes / base).toFixed(3),
  ]);
  return table(['reloads', 'resident, MiB', `to that after ${SETTLED}`], rows);
}

function tallyLine(
  { answers, faults, byGeneration }: Tally,
  reloads: number,
  reloadMs: readonly number[],
): string {
  const first = faults.length === 0 ? '' : ` The first: ${faults[0]}.`;
  return (
    `${answers} requests over ${LOAD.restConnections} REST connections, ${LOAD.grpcCalls} gRPC calls at a time and ${LOAD.grpcStreams} gRPC streams ` +
    `during ${reloads} reloads: ${faults.length} failed or were wrong; ${byGeneration.size} generations answered.${first} ` +
    `A reload took ${median(reloadMs).toFixed(0)} ms.`
  );
}

function goalLine(memory: ReadonlyMap<number, number>): string {
  const ratio = ([...memory.values()].at(-1) ?? Number.NaN) / (memory.get(SETTLED) ?? Number.NaN);
  const said = ratio <= GOAL ? 'kept' : 'missed';
  return `Resident memory at the end to that after ${SETTLED}: ${ratio.toFixed(3)}. The goal, at most ${GOAL}: ${said}.`;
}
