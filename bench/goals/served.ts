/** Models that take time: what is left of the bare engine's rate when the server is around it, on the same CPU. */

import { openSession } from '#backend/registry.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import { bytesOf } from '../../test/support/onnx-models.js';
import { uniform } from '../arrivals.js';
import { bert, resnet50, type ShapedModel, squeezenet } from '../nets/shaped.js';
import type { Ports } from '../our-server.js';
import { placesOf } from '../pinning.js';
import { participant } from '../process.js';
import {
  checkGrpcOutput,
  checkRestOutput,
  grpcAnswer,
  grpcRequest,
  MODEL_INFER,
  type OneInput,
  restAnswer,
  restRequest,
} from '../requests.js';
import { configFile } from '../samples.js';
import { alternate, inLoop, overGrpc, overHttp, type Plan } from '../side-by-side.js';
import { eachRound, type Found, figuresOf, type GoalRow, type GoalsPlan } from './goal.js';

/** So many are under way: the engine's next run is there when the last one ends. */
const IN_FLIGHT = 5;
const MID = { least: 0.97 };
const SMALL = { least: 0.92 };

export async function served({ slowBlocks }: GoalsPlan): Promise<Found> {
  const parts = [
    await beside(resnet50(), slowBlocks, MID, 'mid model'),
    await beside(bert(), slowBlocks, MID, 'mid model, texts of several lengths'),
    await beside(squeezenet(), slowBlocks, SMALL, 'small model, 602 KB of FP32'),
  ];
  return { rows: parts.flatMap(({ rows }) => rows), figures: parts.flatMap(({ figures }) => figures) };
}

async function beside(model: ShapedModel, plan: Plan, bound: GoalRow['bound'], what: string): Promise<Found> {
  const places = placesOf('one');
  const load = await participant<string>('./load.js', [], places.load);
  const grpcLoad = await participant<string>('./grpc-load.js', [], places.load);
  const config = configFile(model.path, { device: 'cpu(1)*1' });
  const ours = await participant<Ports>('./our-server.js', [config], places.server);
  const shapes = model.shapes.map((shape) => JSON.stringify(shape));
  const bare = await participant<string>('./bare-engine.js', [model.path, ...shapes], places.server);
  const inputs = model.shapes.map((shape) => inputTo(model, shape));
  const grpc = await checked(model, inputs, ours.first);
  const blocks = await alternate(
    {
      rest: overHttp(load, ours, ours.first.rest, {
        headers: {},
        body: new Uint8Array(),
        variants: inputs.map(restRequest),
        connections: IN_FLIGHT,
      }),
      ...(grpc && { grpc: overGrpc(grpcLoad, ours, ours.first.grpc, { ...grpc, inFlight: IN_FLIGHT }) }),
      bare: inLoop(bare),
    },
    plan,
  );
  const who = {
    rest: { label: 'furiosa server, REST binary', process: ours },
    ...(grpc && { grpc: { label: 'furiosa server, gRPC', process: ours } }),
    bare: { label: 'bare engine', process: bare },
  };
  const figures = figuresOf(blocks, who, { scenario: 'Offline', model: model.name });
  await Promise.all([load, grpcLoad, ours, bare].map((each) => each.stop()));
  const row = (name: string, transport: string): GoalRow => ({
    goal: `${what} (${model.name}), ${transport}: served / bare engine, rate`,
    scenario: 'Offline',
    rounds: eachRound(blocks, (block) => block(name).perSecond / block('bare').perSecond),
    bound,
  });
  return { rows: [row('rest', 'REST binary'), ...(grpc ? [row('grpc', 'gRPC')] : [])], figures };
}

/**
 * Asks once for each input, over both transports, and compares with the engine's own answer. What the load over gRPC
 * sends, or null where there are several inputs: it knows only one message.
 */
async function checked(
  { path }: ShapedModel,
  inputs: readonly OneInput[],
  ports: Ports,
): Promise<{ path: string; message: Uint8Array; answerBytes: number } | null> {
  const { session } = await openSession({ path }, PLAIN_OPTIONS);
  let sent: { path: string; message: Uint8Array; answerBytes: number } | null = null;
  for (const input of inputs) {
    const tensor = { name: 'input', datatype: input.datatype, shape: input.shape, data: input.data.slice() };
    const [output] = await session.run([tensor], ['output']);
    if (output === undefined) throw new Error(`${path} has no output`);
    const expected = Uint8Array.from(output.data);
    checkRestOutput(await restAnswer(ports.rest, restRequest(input)), expected);
    const message = grpcRequest(input);
    const answer = await grpcAnswer(ports.grpc, message);
    checkGrpcOutput(answer, expected);
    sent = { path: MODEL_INFER, message, answerBytes: answer.length };
  }
  await session.dispose();
  return inputs.length === 1 ? sent : null;
}

/** Random, but the same in every run: images between 0 and 1, or the numbers of words. */
export function inputTo(
  { datatype, input }: ShapedModel,
  shape: readonly number[],
  model = 'model',
): OneInput {
  const random = uniform(11);
  const count = shape.reduce((product, axis) => product * axis, 1);
  const elements =
    datatype === 'INT64'
      ? BigInt64Array.from({ length: count }, () => BigInt(Math.floor(random() * 30_000)))
      : Float32Array.from({ length: count }, random);
  return { model, input, datatype, shape, data: bytesOf(elements) };
}
