/**
 * What a process wall costs: CPU time of a request (of the server and its engine process together) and the median time to its answer,
 * beside the same model behind a thread wall. The model gives back what it gets.
 */
import { identityModel, writeModel } from '../test/support/onnx-models.js';
import type { Ports } from './our-server.js';
import { type Participant, participant } from './process.js';
import { type OneInput, restAnswer, restRequest } from './requests.js';
import { configFileOfEntries, temporaryFolder } from './samples.js';
import { alternate, type Measure, overHttp, type Plan, ratioOf } from './side-by-side.js';
import { median, table } from './table.js';

const SIZES = [16, 602_112, 4_915_200];
const PLAN: Plan = { rounds: 6, blockMs: 1000, warmUpMs: 500 };
const WALLS = ['thread', 'process'] as const;

type OurServer = Participant & { readonly first: Ports };

export async function isolation(): Promise<string> {
  const path = writeModel(temporaryFolder(), 'identity.onnx', identityModel('UINT8'));
  const entries = WALLS.map((wall) => ({ name: wall, model: path, device: 'cpu(1)*1', isolation: wall }));
  const server = await participant<Ports>('./our-server.js', [configFileOfEntries(entries)]);
  const load = await participant<string>('./load.js');
  const rows: string[][] = [];
  for (const size of SIZES) {
    console.error(`  ${size} bytes`);
    const { thread = [], process = [] } = await alternate(
      {
        thread: await measureOf(load, server, 'thread', size),
        process: await measureOf(load, server, 'process', size),
      },
      PLAN,
    );
    const micros = (blocks: typeof thread): string => median(blocks.map((each) => each.cpuMicros)).toFixed(0);
    const p50 = (blocks: typeof thread): string => median(blocks.map(({ p50Ms }) => p50Ms)).toFixed(2);
    rows.push([
      String(size),
      ...[micros(thread), micros(process), ratioOf(process, thread, (each) => each.cpuMicros)],
      ...[p50(thread), p50(process), ratioOf(process, thread, ({ p50Ms }) => p50Ms)],
    ]);
  }
  await Promise.all([load.stop(), server.stop()]);
  return table(HEAD, rows);
}

const HEAD = [
  'bytes in, and out',
  'thread, CPU us',
  'process, CPU us',
  'ratio',
  'thread, p50 ms',
  'process, p50 ms',
  'ratio',
];

/** One connection that asks again and again, over REST with binary tensors. */
async function measureOf(
  load: Participant,
  server: OurServer,
  model: string,
  size: number,
): Promise<Measure> {
  const data = new Uint8Array(size).fill(7);
  const input: OneInput = { model, datatype: 'UINT8', shape: [size], data };
  const request = restRequest(input);
  await restAnswer(server.first.rest, request);
  return overHttp(load, server, server.first.rest, { ...request, connections: 1 });
}
