/**
 * CPU time for each payload byte: one binary tensor at a time, over each transport, to a model that gives it back (its
 * bytes count twice, in and out) and to one that answers with a number (they count once); beside a server of the same
 * HTTP that only reads as many bytes and answers as many.
 */
import { identityModel, tensorInfo, writeModel } from '../test/support/onnx-models.js';
import { encodeModel } from '../test/support/onnx-writer.js';
import type { Ports } from './our-server.js';
import { type Participant, participant } from './process.js';
import { grpcAnswer, grpcRequest, MODEL_INFER, type OneInput, restAnswer, restRequest } from './requests.js';
import { configFileOf, temporaryFolder } from './samples.js';
import {
  alternate,
  type Block,
  type Measure,
  overGrpc,
  overHttp,
  type Plan,
  ratioOf,
} from './side-by-side.js';
import { median, table } from './table.js';

export const SIZES: readonly number[] = [256 * 1024, 602_112, 1024 * 1024, 4_915_200, 16 * 1024 * 1024];
export const BYTES_PLAN: Plan = { rounds: 6, blockMs: 500, warmUpMs: 500 };

/** Which of the request's bytes come back. */
const MODELS = [
  { model: 'identity', title: 'in and out', factor: 2 },
  { model: 'size', title: 'in', factor: 1 },
] as const;

export type OurServer = Participant & { readonly first: Ports };
type EchoServer = Participant & { readonly first: number };

/** How a transport is asked and measured. */
export interface Transport {
  readonly name: string;
  readonly echoFile: string;
  readonly loadFile: string;
  /** The measure of our server and that of an echo which `startEcho` starts with the answer's size. */
  measures(
    input: OneInput,
    load: Participant,
    ours: OurServer,
    startEcho: (answerBytes: number) => Promise<EchoServer>,
  ): Promise<{ readonly ours: Measure; readonly echo: Measure }>;
}

export const REST: Transport = {
  name: 'REST',
  echoFile: './echo-server.js',
  loadFile: './load.js',
  async measures(input, load, ours, startEcho) {
    const request = { ...restRequest(input), connections: 1 };
    const echo = await startEcho((await restAnswer(ours.first.rest, request)).length);
    return {
      ours: overHttp(load, ours, ours.first.rest, request),
      echo: overHttp(load, echo, echo.first, request),
    };
  },
};

export const GRPC: Transport = {
  name: 'gRPC',
  echoFile: './http2-echo-server.js',
  loadFile: './grpc-load.js',
  async measures(input, load, ours, startEcho) {
    const message = grpcRequest(input);
    const answerBytes = (await grpcAnswer(ours.first.grpc, message)).length;
    // The echo knows no messages: their prefix is five bytes of its answer.
    const echo = await startEcho(answerBytes + 5);
    const request = { path: MODEL_INFER, message, answerBytes, inFlight: 1 };
    return {
      ours: overGrpc(load, ours, ours.first.grpc, request),
      echo: overGrpc(load, echo, echo.first, request),
    };
  },
};

export async function bytes(): Promise<string> {
  const ours = await participant<Ports>('./our-server.js', [byteModels()]);
  const tables: string[] = [];
  for (const transport of [REST, GRPC]) {
    const load = await participant<string>(transport.loadFile);
    const rows: string[][] = [];
    for (const { model, title, factor } of MODELS) {
      for (const size of SIZES) {
        console.error(`  ${transport.name}, ${size} bytes ${title}`);
        const blocks = await measureBytes(transport, bytesTo(model, size), load, ours);
        rows.push([`${transport.name}, ${title}`, String(size), ...cells(blocks, size * factor)]);
      }
    }
    await load.stop();
    tables.push(table(HEAD, rows));
  }
  await ours.stop();
  return tables.join('\n\n');
}

const HEAD = [
  'payload',
  'bytes',
  'ns for each',
  'an echo, ns',
  'ours / it, CPU',
  'p50 ms',
  'an echo, p50 ms',
];

/** A request of so many bytes. */
export function bytesTo(model: (typeof MODELS)[number]['model'], size: number): OneInput {
  return { model, datatype: 'UINT8', shape: [size], data: new Uint8Array(size).fill(7) };
}

/** Our server and the echo take turns. */
export async function measureBytes(
  transport: Transport,
  input: OneInput,
  load: Participant,
  ours: OurServer,
  { plan = BYTES_PLAN, cpus }: { readonly plan?: Plan; readonly cpus?: string | undefined } = {},
): Promise<Record<string, Block[]>> {
  const echoes: EchoServer[] = [];
  const measures = await transport.measures(input, load, ours, async (answerBytes) => {
    const echo = await participant<number>(transport.echoFile, [String(answerBytes)], cpus);
    echoes.push(echo);
    return echo;
  });
  const blocks = await alternate(measures, plan);
  await Promise.all(echoes.map((echo) => echo.stop()));
  return blocks;
}

function cells({ ours = [], echo = [] }: Record<string, Block[]>, bytes: number): string[] {
  const nanos = (blocks: readonly Block[]): string =>
    ((median(blocks.map(({ cpuMicros }) => cpuMicros)) * 1000) / bytes).toFixed(2);
  const p50 = (blocks: readonly Block[]): string => median(blocks.map(({ p50Ms }) => p50Ms)).toFixed(2);
  return [nanos(ours), nanos(echo), ratioOf(ours, echo, ({ cpuMicros }) => cpuMicros), p50(ours), p50(echo)];
}

/** A configuration of the models that bytes are sent to. */
export function byteModels(): string {
  const folder = temporaryFolder();
  const size = encodeModel({
    graph: {
      nodes: [{ op: 'Shape', inputs: ['input'], outputs: ['output'] }],
      inputs: [tensorInfo('input', 'UINT8', ['n'])],
      outputs: [tensorInfo('output', 'INT64', [1])],
    },
  });
  return configFileOf(
    {
      identity: writeModel(folder, 'identity.onnx', identityModel('UINT8')),
      size: writeModel(folder, 'size.onnx', size),
    },
    { device: 'cpu(1)*1' },
  );
}
