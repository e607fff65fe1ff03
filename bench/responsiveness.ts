/** How soon `/v2/health/live` is answered while a model that takes seconds is running, and while nothing is. */
import { slowModel, writeModel } from '../test/support/onnx-models.js';
import type { Ports } from './our-server.js';
import { participant } from './process.js';
import { configFile, temporaryFolder } from './samples.js';
import { table } from './table.js';

const PROBES = 400;
const PAUSE_MS = 5;

export async function responsiveness(): Promise<string> {
  const path = writeModel(temporaryFolder(), 'slow.onnx', slowModel());
  const server = await participant<Ports>('./our-server.js', [configFile(path, { device: 'cpu(1)*1' })]);
  const base = `http://127.0.0.1:${server.first.rest}/v2`;
  await probe(base, 50);
  const idle = await probe(base, PROBES);
  let running = true;
  const run = (async () => {
    const input = { name: 'iterations', datatype: 'INT64', shape: [1], data: [12_000] };
    while (running)
      await fetch(`${base}/models/model/infer`, {
        method: 'POST',
        body: JSON.stringify({ inputs: [input] }),
      });
  })();
  const busy = await probe(base, PROBES);
  running = false;
  await run;
  await server.stop();
  const row = (name: string, values: readonly number[]): string[] => [
    name,
    at(values, 0.5).toFixed(2),
    at(values, 0.99).toFixed(2),
    at(values, 1).toFixed(2),
  ];
  return table(
    ['/v2/health/live', 'p50 ms', 'p99 ms', 'worst ms'],
    [row('nothing runs', idle), row('a model runs for seconds', busy)],
  );
}

async function probe(base: string, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const startedAt = performance.now();
    const reply = await fetch(`${base}/health/live`);
    await reply.arrayBuffer();
    if (reply.status !== 200) throw new Error(`/v2/health/live answered ${reply.status}`);
    times.push(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return times.sort((a, b) => a - b);
}

function at(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
