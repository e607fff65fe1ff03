/**
 * Requests per second and server CPU per request for the MNIST ONNX sample over JSON, beside a `node:http` echo of the
 * same bytes and a bare loop over the engine. All take turns in short blocks, in alternating order.
 */
import { readFileSync } from 'node:fs';
import type { BareResult } from './bare-engine.js';
import type { LoadResult } from './load.js';
import { cpuMicros, type Participant, participant } from './process.js';
import { configFile, samples } from './samples.js';
import { median, table } from './table.js';

const ROUNDS = 6;
const BLOCK_MS = 2500;
const WARM_UP_MS = 1500;
const CONNECTIONS = 16;

interface Block {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p50Ms: number;
}

type Measure = (durationMs: number) => Promise<Block>;

export async function jsonMnist(): Promise<string> {
  const body = oneDigit();
  const load = await participant<string>('./load.js');
  const ours = await participant<number>('./our-server.js', [
    configFile('mnist.onnx', { device: 'cpu(1)*1' }),
  ]);
  const answer = await fetch(`http://127.0.0.1:${ours.first}/v2/models/model/infer`, {
    method: 'POST',
    body,
  });
  const answerBytes = (await answer.arrayBuffer()).byteLength;
  if (answer.status !== 200) throw new Error(`the server answered ${answer.status}`);
  const echo = await participant<number>('./echo-server.js', [String(answerBytes)]);
  const bare = await participant<string>('./bare-engine.js', [samples('data/mnist.onnx'), '[1,1,28,28]']);
  const measures: Record<string, Measure> = {
    ours: overHttp(load, ours, ours.first, body),
    echo: overHttp(load, echo, echo.first, body),
    bare: inLoop(bare),
  };
  const blocks = await alternate(measures);
  await Promise.all([load, ours, echo, bare].map((each) => each.stop()));
  return report(blocks, body.length, answerBytes);
}

function oneDigit(): string {
  const request = JSON.parse(readFileSync(samples('mnist_onnx_input.json'), 'utf8')) as {
    inputs: [{ name: string; datatype: string; shape: number[]; data: number[] }];
  };
  const [input] = request.inputs;
  return JSON.stringify({
    inputs: [{ ...input, shape: [1, 1, 28, 28], data: input.data.flat(4).slice(0, 784) }],
  });
}

function overHttp(load: Participant, server: Participant, port: number, body: string): Measure {
  const path = '/v2/models/model/infer';
  const head = `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  return async (durationMs) => {
    const before = cpuMicros(server.pid);
    const order = { port, request: `${head}\r\n\r\n${body}`, connections: CONNECTIONS, durationMs };
    const result = await load.ask<LoadResult>(order);
    if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
    const spent = cpuMicros(server.pid) - before;
    return {
      perSecond: result.answers / result.seconds,
      cpuMicros: spent / result.answers,
      p50Ms: result.p50Ms,
    };
  };
}

function inLoop(bare: Participant): Measure {
  return async (durationMs) => {
    const before = cpuMicros(bare.pid);
    const { runs, seconds } = await bare.ask<BareResult>({ durationMs });
    return {
      perSecond: runs / seconds,
      cpuMicros: (cpuMicros(bare.pid) - before) / runs,
      p50Ms: (seconds * 1000) / runs,
    };
  };
}

async function alternate(measures: Record<string, Measure>): Promise<Record<string, Block[]>> {
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

function report(blocks: Record<string, Block[]>, requestBytes: number, answerBytes: number): string {
  const ours = blocks['ours'] ?? [];
  const label: Record<string, string> = {
    ours: 'furiosa server, REST JSON',
    echo: `node:http echo of ${requestBytes} / ${answerBytes} bytes`,
    bare: 'bare engine loop',
  };
  const rows = Object.entries(blocks).map(([name, list]) => {
    const ratio = (of: (block: Block) => number): string =>
      median(ours.map((block, i) => of(block) / of(list[i] as Block))).toFixed(2);
    return [
      label[name] ?? name,
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
