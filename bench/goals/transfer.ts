/** What bytes cost on their way: CPU for each that comes in, and unary gRPC beside `@grpc/grpc-js`. */
import { byteModels, bytesTo, GRPC, measureBytes, REST } from '../bytes.js';
import { besideGrpcJs, IMAGE, SMALL } from '../grpc-echo.js';
import type { Ports } from '../our-server.js';
import { placesOf } from '../pinning.js';
import { participant } from '../process.js';
import { MODEL_INFER } from '../requests.js';
import { eachRound, type Found, type GoalRow, type GoalsPlan } from './goal.js';

const INGEST_GOAL = { most: 1 };
const GRPC_GOAL = { least: 1.5 };

export async function ingest({ blocks: plan, sizes }: GoalsPlan): Promise<Found> {
  const places = placesOf('one');
  const ours = await participant<Ports>('./our-server.js', [byteModels()], places.server);
  const rows: GoalRow[] = [];
  for (const transport of [REST, GRPC]) {
    const load = await participant<string>(transport.loadFile, [], places.load);
    for (const size of sizes) {
      const blocks = await measureBytes(transport, bytesTo('size', size), load, ours, {
        plan,
        cpus: places.server,
      });
      rows.push({
        goal: `${transport.name}, ${size.toLocaleString('en')} bytes in: CPU for each byte`,
        scenario: 'SingleStream',
        rounds: eachRound(blocks, (block) => (block('ours').cpuMicros * 1000) / size),
        bound: INGEST_GOAL,
        unit: 'ns',
      });
    }
    await load.stop();
  }
  await ours.stop();
  return { rows, figures: [] };
}

export async function grpcJs({ blocks: plan }: GoalsPlan): Promise<Found> {
  const places = placesOf('one');
  const load = await participant<string>('./grpc-load.js', [], places.load);
  const echo = await participant<number>('./grpc-echo-server.js', [MODEL_INFER], places.server);
  const rows: GoalRow[] = [];
  for (const [input, inFlight] of [
    [SMALL, 16],
    [IMAGE, 4],
  ] as const) {
    const blocks = await besideGrpcJs(input, inFlight, load, echo, { cpus: places.server, plan });
    rows.push({
      goal: `gRPC identity, ${input.data.length.toLocaleString('en')} bytes: requests for a CPU second / @grpc/grpc-js echo`,
      scenario: 'Offline',
      rounds: eachRound(blocks, (block) => block('echo').cpuMicros / block('ours').cpuMicros),
      bound: GRPC_GOAL,
    });
  }
  await Promise.all([load, echo].map((each) => each.stop()));
  return { rows, figures: [] };
}
