/** Participants that take turns in short blocks, in alternating order, and the table of what they did. */
import type { BareOrder } from './bare-engine.js';
import type { GrpcLoadOrder } from './grpc-load.js';
import type { LoadOrder } from './load.js';
import type { LoadResult } from './load-result.js';
import { cpuMicros, type Participant } from './process.js';
import { temporaryFile } from './samples.js';
import { ratios, spread } from './spread.js';
import { median, table } from './table.js';

/** How long is measured. Of six rounds or more, the lowest and the highest ratio hold the true median 97 times of 100. */
export interface Plan {
  readonly rounds: number;
  readonly blockMs: number;
  readonly warmUpMs: number;
}

const PLAN: Plan = { rounds: 6, blockMs: 2500, warmUpMs: 1500 };

export interface Block {
  readonly perSecond: number;
  /** Of the server and its children, for each answer. */
  readonly cpuMicros: number;
  /** Of the load generator, for each answer. */
  readonly loadCpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** What is measured: the process, whose children count with it. */
export type Measured = Pick<Participant, 'pid'>;

export type Measure = (durationMs: number) => Promise<Block>;

export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The model's route where it is not that of `model`. */
  readonly path?: string;
}

/** What is asked of a server again and again. */
export interface BenchRequest extends HttpRequest {
  readonly connections: number;
  /** The same to several routes, which the connections take in turns; `path` is none of them. */
  readonly paths?: readonly string[];
  /** Different requests, which the connections take in turns; what stands beside it is none of them. */
  readonly variants?: readonly HttpRequest[];
  /** Answers before then do not count for the rate. */
  readonly leadInMs?: number;
}

/** The same over gRPC. */
export interface GrpcBenchRequest {
  readonly path: string;
  /** An encoded message, and how many bytes that of the answer has. */
  readonly message: Uint8Array;
  readonly answerBytes: number;
  readonly inFlight: number;
}

export const INFER_PATH = '/v2/models/model/infer';

/** Closed-loop load on a server, and the CPU that it costs the server. */
export function overHttp(load: Participant, server: Measured, port: number, request: BenchRequest): Measure {
  const { connections, leadInMs, paths, variants } = request;
  const requests = variants ?? paths?.map((path) => ({ ...request, path })) ?? [request];
  const requestFiles = requests.map((each) => temporaryFile('request', httpBytes(each)));
  const order = { port, requestFiles, connections, ...(leadInMs === undefined ? {} : { leadInMs }) };
  return underLoad(load, server, (durationMs): LoadOrder => ({ ...order, durationMs }));
}

/** The whole request, as it goes over the wire. */
export function httpBytes({ headers, body, path = INFER_PATH }: HttpRequest): Uint8Array {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: bench',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
  ].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
}

/** The same over gRPC. */
export function overGrpc(
  load: Participant,
  server: Measured,
  port: number,
  request: GrpcBenchRequest,
): Measure {
  const { path, message, inFlight } = request;
  const prefix = Buffer.alloc(GRPC_PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  const messageFile = temporaryFile('message', Buffer.concat([prefix, message]));
  const answerBytes = GRPC_PREFIX_BYTES + request.answerBytes;
  return underLoad(
    load,
    server,
    (durationMs): GrpcLoadOrder => ({ port, path, messageFile, answerBytes, inFlight, durationMs }),
  );
}

const GRPC_PREFIX_BYTES = 5;

function underLoad(
  load: Participant,
  server: Measured,
  orderOf: (durationMs: number) => LoadOrder | GrpcLoadOrder,
): Measure {
  return async (durationMs) => {
    const before = [cpuMicros(server.pid), cpuMicros(load.pid)] as const;
    const result = await load.ask<LoadResult>(orderOf(durationMs));
    if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
    return blockOf(result, cpuMicros(server.pid) - before[0], cpuMicros(load.pid) - before[1]);
  };
}

/** A loop over the bare engine, `bare-engine.ts`. */
export function inLoop(bare: Participant): Measure {
  return async (durationMs) => {
    const before = cpuMicros(bare.pid);
    const result = await bare.ask<LoadResult>({ durationMs } satisfies BareOrder);
    return blockOf(result, cpuMicros(bare.pid) - before, 0);
  };
}

function blockOf(
  { perSecond, answers, p50Ms, p99Ms, p999Ms }: LoadResult,
  cpu: number,
  loadCpu: number,
): Block {
  return { perSecond, cpuMicros: cpu / answers, loadCpuMicros: loadCpu / answers, p50Ms, p99Ms, p999Ms };
}

export async function alternate(
  measures: Readonly<Record<string, Measure>>,
  { rounds, blockMs, warmUpMs }: Plan = PLAN,
): Promise<Record<string, Block[]>> {
  const names = Object.keys(measures);
  const blocks: Record<string, Block[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await measures[name]?.(warmUpMs);
  for (let round = 0; round < rounds; round++) {
    console.error(`  round ${round + 1} of ${rounds}`);
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const block = await measures[name]?.(blockMs);
      if (block) blocks[name]?.push(block);
    }
  }
  return blocks;
}

/** A row for each participant; the ratios are those of `ours` to it, block by block. */
export function report(
  blocks: Readonly<Record<string, Block[]>>,
  labels: Readonly<Record<string, string>>,
): string {
  const ours = blocks['ours'] ?? [];
  const rows = Object.entries(blocks).map(([name, list]) => {
    const ratio = (of: (block: Block) => number): string => ratioOf(ours, list, of);
    return [
      labels[name] ?? name,
      median(list.map((block) => block.perSecond)).toFixed(0),
      median(list.map((block) => block.cpuMicros)).toFixed(1),
      median(list.map((block) => block.p50Ms)).toFixed(2),
      ratio((block) => block.perSecond),
      ratio((block) => block.cpuMicros),
    ];
  });
  const head = ['participant', 'per second', 'CPU us each', 'p50 ms', 'ours / it, rate', 'ours / it, CPU'];
  return table(head, rows);
}

/** The median of the ratios, block by block, and between which they lie: `0.45 (0.41-0.48)`. */
export function ratioOf(ours: readonly Block[], its: readonly Block[], of: (block: Block) => number): string {
  if (ours === its) return '1';
  return spread(ratios(ours.map(of), its.map(of)));
}
