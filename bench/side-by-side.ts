/** Participants that take turns in short blocks, in alternating order, and the table of what they did. */
import type { LoadResult } from './load.js';
import { cpuMicros, type Participant } from './process.js';
import { median, table } from './table.js';

const ROUNDS = 6;
const BLOCK_MS = 2500;
const WARM_UP_MS = 1500;

export interface Block {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p50Ms: number;
}

export type Measure = (durationMs: number) => Promise<Block>;

/** What is asked of a server again and again. */
export interface BenchRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly connections: number;
}

export const INFER_PATH = '/v2/models/model/infer';

/** Closed-loop load on a server, and the CPU that it costs the server. */
export function overHttp(
  load: Participant,
  server: Participant,
  port: number,
  request: BenchRequest,
): Measure {
  const { headers, body, connections } = request;
  const head = [
    `POST ${INFER_PATH} HTTP/1.1`,
    'Host: bench',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
  ].join('\r\n');
  const text = `${head}\r\n\r\n${Buffer.from(body).toString('latin1')}`;
  return async (durationMs) => {
    const before = cpuMicros(server.pid);
    const result = await load.ask<LoadResult>({ port, request: text, connections, durationMs });
    if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
    const spent = cpuMicros(server.pid) - before;
    return {
      perSecond: result.answers / result.seconds,
      cpuMicros: spent / result.answers,
      p50Ms: result.p50Ms,
    };
  };
}

export async function alternate(
  measures: Readonly<Record<string, Measure>>,
): Promise<Record<string, Block[]>> {
  const names = Object.keys(measures);
  const blocks: Record<string, Block[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await measures[name]?.(WARM_UP_MS);
  for (let round = 0; round < ROUNDS; round++) {
    console.error(`  round ${round + 1} of ${ROUNDS}`);
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const block = await measures[name]?.(BLOCK_MS);
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
    const ratio = (of: (block: Block) => number): string =>
      median(ours.map((block, i) => of(block) / of(list[i] as Block))).toFixed(2);
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
