/** A tiny model: what is around the engine, beside a server of the same HTTP that only reads and answers as many bytes. */
import { openSession } from '#backend/registry.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import { identityModel, writeModel } from '../../test/support/onnx-models.js';
import type { ShapedModel } from '../nets/shaped.js';
import type { Ports } from '../our-server.js';
import { type Places, placesOf } from '../pinning.js';
import { participant } from '../process.js';
import { checkRestOutput, jsonRequest, type RestRequest, restAnswer, restRequest } from '../requests.js';
import { configFile, samples, temporaryFolder } from '../samples.js';
import { alternate, type Block, inLoop, overHttp, type Plan } from '../side-by-side.js';
import { eachRound, type Figures, type Found, figuresOf, type GoalRow, type GoalsPlan } from './goal.js';
import { inputTo } from './served.js';

const CONNECTIONS = 16;
const CPU_GOAL = { least: 0.75 };
const ADDED_GOAL = { most: 150 };
const LATENCY_GOAL = { most: 2 };

export const MNIST: ShapedModel = {
  name: 'mnist',
  what: 'the sample `samples/data/mnist.onnx`, some tens of microseconds',
  path: samples('data/mnist.onnx'),
  input: 'image',
  datatype: 'FP32',
  shapes: [[1, 1, 28, 28]],
};

export function identity(elements: number): ShapedModel {
  const bytes = identityModel('FP32', [elements]);
  return {
    name: `identity of ${elements}`,
    what: 'gives its input back',
    path: writeModel(temporaryFolder(), 'identity.onnx', bytes),
    input: 'input',
    datatype: 'FP32',
    shapes: [[elements]],
  };
}

/** CPU, with many under way, all of each participant on one CPU. */
export async function tinyCpu({ blocks }: GoalsPlan): Promise<Found> {
  return await inTurns(MNIST, blocks, CONNECTIONS, placesOf('one'), (transport, found): GoalRow[] => [
    {
      goal: `tiny model, ${transport}: CPU of an echo / ours without the engine's`,
      scenario: 'Offline',
      rounds: eachRound(found, (block) => {
        const around = block('ours').cpuMicros - block('bare').cpuMicros;
        return block('echo').cpuMicros / around;
      }),
      bound: CPU_GOAL,
    },
  ]);
}

/** Latency, one at a time, on all CPUs. */
export async function tinyLatency({ blocks }: GoalsPlan): Promise<Found> {
  return await inTurns(identity(4), blocks, 1, placesOf('all'), (transport, found): GoalRow[] => [
    {
      goal: `tiny tensor, ${transport}: p50 beyond that of the bare call`,
      scenario: 'SingleStream',
      rounds: eachRound(found, (block) => (block('ours').p50Ms - block('bare').p50Ms) * 1000),
      bound: ADDED_GOAL,
      unit: 'us',
    },
    {
      goal: `tiny tensor, ${transport}: p50 / p50 of an echo`,
      scenario: 'SingleStream',
      rounds: eachRound(found, (block) => block('ours').p50Ms / block('echo').p50Ms),
      bound: LATENCY_GOAL,
    },
  ]);
}

type RowsOf = (transport: string, blocks: Readonly<Record<string, readonly Block[]>>) => GoalRow[];

async function inTurns(
  model: ShapedModel,
  plan: Plan,
  connections: number,
  places: Places,
  rowsOf: RowsOf,
): Promise<Found> {
  const rows: GoalRow[] = [];
  const figures: Figures[] = [];
  const load = await participant<string>('./load.js', [], places.load);
  const config = configFile(model.path, { device: 'cpu(1)*1' });
  const ours = await participant<Ports>('./our-server.js', [config], places.server);
  const [shape = []] = model.shapes;
  const bare = await participant<string>(
    './bare-engine.js',
    [model.path, JSON.stringify(shape)],
    places.server,
  );
  const input = inputTo(model, shape);
  await check(model, ours.first.rest, restRequest(input));
  for (const [transport, request] of [
    ['REST JSON', jsonRequest(input)],
    ['REST binary', restRequest(input)],
  ] as const) {
    const answerBytes = (await restAnswer(ours.first.rest, request)).length;
    const echo = await participant<number>('./echo-server.js', [String(answerBytes)], places.server);
    const asked = { ...request, connections };
    const blocks = await alternate(
      {
        ours: overHttp(load, ours, ours.first.rest, asked),
        echo: overHttp(load, echo, echo.first, asked),
        bare: inLoop(bare),
      },
      plan,
    );
    const found = rowsOf(transport, blocks);
    rows.push(...found);
    const who = {
      ours: { label: `furiosa server, ${transport}`, process: ours },
      echo: { label: `node:http echo of ${request.body.length} / ${answerBytes} bytes`, process: echo },
      bare: { label: 'bare engine', process: bare },
    };
    figures.push(...figuresOf(blocks, who, { scenario: found[0]?.scenario || 'Offline', model: model.name }));
    await echo.stop();
  }
  await Promise.all([load, ours, bare].map((each) => each.stop()));
  return { rows, figures };
}

/** The server's first binary answer is the engine's. */
async function check(
  { path, input, datatype, shapes }: ShapedModel,
  port: number,
  request: RestRequest,
): Promise<void> {
  const { session } = await openSession({ path }, PLAIN_OPTIONS);
  const [shape = []] = shapes;
  const bytes = shape.reduce((product, axis) => product * axis, 4);
  const data = request.body.slice(request.body.length - bytes);
  const [output] = await session.run(
    [{ name: input, datatype, shape, data }],
    session.outputs.map(({ name }) => name),
  );
  if (output === undefined) throw new Error(`${path} has no output`);
  checkRestOutput(await restAnswer(port, request), Uint8Array.from(output.data));
  await session.dispose();
}
