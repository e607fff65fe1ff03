/** Resident memory with one and with four instances of a model, at rest after each has answered. */
import { readFileSync } from 'node:fs';
import type { Ports } from './our-server.js';
import { participant, residentBytes } from './process.js';
import { configFile, samples } from './samples.js';
import { table } from './table.js';

const MODELS = [
  { file: 'mnist.onnx', request: 'mnist_onnx_input.json' },
  { file: 'mnist_uint8_quant.tflite', request: 'mnist_input_sample_02.json' },
];

export async function memory(): Promise<string> {
  const rows: string[][] = [];
  for (const { file, request } of MODELS) {
    const one = await resident(file, request, 1);
    const four = await resident(file, request, 4);
    rows.push([file, mib(one), mib(four), (four / one).toFixed(2), mib((four - one) / 3)]);
  }
  return table(['model', '1 instance, MiB', '4 instances, MiB', 'ratio', 'each further, MiB'], rows);
}

async function resident(file: string, request: string, workers: number): Promise<number> {
  const server = await participant<Ports>('./our-server.js', [
    configFile(file, { device: 'cpu(1)', worker_num: workers }),
  ]);
  const url = `http://127.0.0.1:${server.first.rest}/v2/models/model/infer`;
  const body = readFileSync(samples(request));
  const replies = await Promise.all(Array.from({ length: 64 }, () => fetch(url, { method: 'POST', body })));
  if (replies.some((reply) => reply.status !== 200)) throw new Error(`${file} did not answer`);
  const bytes = residentBytes(server.pid);
  await server.stop();
  return bytes;
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
