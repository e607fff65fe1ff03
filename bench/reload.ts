/** A model that is loaded again and again under constant load: who fails, who gets which answer, and what memory remains. */
import { GenerationLoad, type LoadShape, type Tally } from '../test/support/generation-load.js';
import { replaceGeneration } from '../test/support/generations.js';
import { MODEL_NAME, type ReloadOrder } from '../test/support/reload-order.js';
import type { Ports } from './our-server.js';
import { participant, residentBytes } from './process.js';
import { temporaryFolder } from './samples.js';
import { median, table } from './table.js';

const RELOADS = 200;
const RELOADS_IF_QUICK = 20;
/** Rows of the table have so many reloads each. The last one's memory is held against that of the one after the tenth reload. */
const WINDOW = 10;
/** Of resident memory, at the end to after the tenth reload. */
const GOAL = 1.05;
/** Answers before the first reload: until then the heap of a server that was just started grows with its traffic. */
const WARM_UP_ANSWERS = 20_000;
const WARM_UP_IF_QUICK = 2000;
/** 4 MiB of weights in each generation. */
const PLACES = 1024 * 1024;
const ANSWERS_BETWEEN = 100;

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
  const isQuick = flags.includes('--quick');
  const reloads = isQuick ? RELOADS_IF_QUICK : RELOADS;
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
  await load.more(isQuick ? WARM_UP_IF_QUICK : WARM_UP_ANSWERS);
  const resident: number[] = [];
  for (let generation = 1; generation <= reloads; generation++) {
    load.written(generation);
    await serve(generation);
    load.acknowledged(generation);
    await load.more(ANSWERS_BETWEEN);
    resident.push(residentBytes(server.pid));
    if (generation % WINDOW === 0) console.error(`  ${generation} of ${reloads}`);
  }
  const tally = await load.stop();
  await server.stop();
  const windows = windowsOf(resident);
  return [memoryTable(windows), tallyLine(tally, reloads, reloadMs), goalLine(windows)].join('\n\n');
}

interface Window {
  readonly after: number;
  readonly bytes: readonly number[];
}

/** Resident memory goes up and down with each collection of garbage, so that some reloads are looked at together. */
function windowsOf(resident: readonly number[]): readonly Window[] {
  const starts = Array.from({ length: Math.ceil(resident.length / WINDOW) }, (_, i) => i * WINDOW);
  return starts.map((after) => ({ after, bytes: resident.slice(after, after + WINDOW) }));
}

/** To what it was after the tenth reload, of the medians. */
function growthOf({ bytes }: Window, windows: readonly Window[]): number {
  return median(bytes) / median(windows[1]?.bytes ?? []);
}

function memoryTable(windows: readonly Window[]): string {
  const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  const rows = windows.map((window) => [
    `${window.after + 1}-${window.after + window.bytes.length}`,
    mib(median(window.bytes)),
    `${mib(Math.min(...window.bytes))}-${mib(Math.max(...window.bytes))}`,
    growthOf(window, windows).toFixed(3),
  ]);
  return table(['reloads', 'resident, MiB', 'lowest-highest', 'to that after the tenth'], rows);
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

function goalLine(windows: readonly Window[]): string {
  const last = windows.at(-1);
  const ratio = last === undefined ? Number.NaN : growthOf(last, windows);
  const said = ratio <= GOAL ? 'kept' : 'missed';
  return `Resident memory at the end to that after the tenth reload: ${ratio.toFixed(3)}. The goal, at most ${GOAL}: ${said}.`;
}
