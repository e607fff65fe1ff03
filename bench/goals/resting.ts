/** What loaded models cost while nobody asks, and how soon they are ready. */
import { setTimeout as pause } from 'node:timers/promises';
import { mnistModel } from '../batching/models.js';
import { bert, resnet50, type ShapedModel } from '../nets/shaped.js';
import type { Ports } from '../our-server.js';
import { cpuMicros, type Participant, participant, proportionalBytes } from '../process.js';
import { restAnswer, restRequest } from '../requests.js';
import { configFileOfEntries, samples } from '../samples.js';
import type { Found, GoalRow, GoalsPlan } from './goal.js';
import { inputTo } from './served.js';
import { MNIST } from './tiny.js';

const IDLE_GOAL = { most: 0.02 };
const MEMORY_GOAL = { most: 0.15 };
const READY_GOAL = { most: 1.15 };
const INSTANCES = 4;
const REQUESTS = 16;
/** V8 tidies up for some seconds after the last request. */
const CALM_MS = 12_000;

type Ours = Participant & { readonly first: Ports };

interface Served {
  readonly model: ShapedModel;
  readonly instances: number;
}

/** A server whose models have each answered some requests at once, so that every instance has been at work. */
async function asked(models: readonly Served[], options: object = {}): Promise<Ours> {
  const entries = models.map(({ model, instances }) => ({
    name: model.name,
    model: model.path,
    device: 'cpu(1)',
    worker_num: instances,
  }));
  const tflite = { name: 'tflite', model: samples('data/mnist_uint8_quant.tflite'), device: 'cpu(1)*1' };
  const config = configFileOfEntries(models.length > 1 ? [...entries, tflite] : entries);
  const ours = await participant<Ports>('./our-server.js', [config, JSON.stringify(options)]);
  for (const { model } of models) {
    const request = restRequest(inputTo(model, model.shapes[0] ?? [], model.name));
    await Promise.all(Array.from({ length: REQUESTS }, () => restAnswer(ours.first.rest, request)));
  }
  return ours;
}

export async function idle({ blocks: { rounds }, idleMs }: GoalsPlan): Promise<Found> {
  const models = [resnet50(), bert(), MNIST];
  const ours = await asked(models.map((model) => ({ model, instances: 1 })));
  await pause(idleMs < CALM_MS ? idleMs : CALM_MS);
  const cores: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = cpuMicros(ours.pid);
    await pause(idleMs);
    cores.push((cpuMicros(ours.pid) - before) / 1000 / idleMs);
  }
  await ours.stop();
  const goal = 'four models loaded and asked before, nothing asked now: cores in use';
  return { rows: [{ goal, scenario: '', rounds: cores, bound: IDLE_GOAL }], figures: [] };
}

/**
 * Of a model whose weights are 102 MB. What a tiny model takes with as many instances is taken off: threads and heaps are
 * no weights. What instances share counts once (see `proportionalBytes`).
 */
export async function weights({ starts }: GoalsPlan): Promise<Found> {
  const model = resnet50();
  const ratios: number[] = [];
  for (let round = 0; round < Math.ceil(starts / 2); round++) {
    console.error(`  round ${round + 1} of ${Math.ceil(starts / 2)}`);
    const one = await beyondTiny(model, 1);
    const several = await beyondTiny(model, INSTANCES);
    ratios.push((several - one) / (INSTANCES - 1) / one);
  }
  const goal = `weights of 102 MB: memory of each further instance / that of the first, ${INSTANCES} instances`;
  return { rows: [{ goal, scenario: '', rounds: ratios, bound: MEMORY_GOAL }], figures: [] };
}

async function beyondTiny(model: ShapedModel, instances: number): Promise<number> {
  const [large, tiny] = [await heldBy(model, instances), await heldBy(MNIST, instances)];
  return large - tiny;
}

async function heldBy(model: ShapedModel, instances: number): Promise<number> {
  // One alone would hold its weights for itself, and be no measure for what several hold.
  const ours = await asked([{ model, instances }], { weightSharing: 'always' });
  const bytes = proportionalBytes(ours.pid);
  await ours.stop();
  return bytes;
}

export async function ready({ starts }: GoalsPlan): Promise<Found> {
  const rows: GoalRow[] = [];
  const { path: large } = resnet50();
  for (const [name, path, options] of [
    ['mnist', mnistModel().path, {}],
    ['resnet50', large, {}],
    ['resnet50 from a prepared copy', large, { weightSharing: 'always' }],
  ] as const) {
    const config = configFileOfEntries([{ name: 'model', model: path, device: 'cpu(1)*1' }]);
    const ours = (): Promise<number> => startMs('./our-server.js', [config, JSON.stringify(options)]);
    const bare = (): Promise<number> => startMs('./goals/bare-session.js', [path]);
    // The first of each reads its files from the disk, and makes the copy.
    await ours();
    await bare();
    const ratios: number[] = [];
    for (let round = 0; round < starts; round++) {
      const times = round % 2 === 0 ? [await ours(), await bare()] : [await bare(), await ours()].reverse();
      ratios.push((times[0] ?? 0) / (times[1] ?? 1));
    }
    rows.push({
      goal: `time until ready (${name}) / Node and a bare session`,
      scenario: '',
      rounds: ratios,
      bound: READY_GOAL,
    });
  }
  return { rows, figures: [] };
}

/** From the start of a process to its word that it is ready. */
async function startMs(file: string, args: readonly string[]): Promise<number> {
  const from = performance.now();
  const started = await participant<Ports | string[]>(file, args);
  const ms = performance.now() - from;
  if ('rest' in started.first) {
    const answer = await fetch(`http://127.0.0.1:${started.first.rest}/v2/health/ready`);
    if (answer.status !== 200) throw new Error(`/v2/health/ready answered ${answer.status}`);
  }
  await started.stop();
  return ms;
}
