/** One loop of bare-batches.ts: a thread with a session of its own, as an instance of the server has one. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from '#backend/registry.js';
import { PLAIN_OPTIONS } from '../test/support/load-options.js';
import type { BareBatchOrder, BareBatchResult, LoopSetup } from './bare-batches.js';
import { median } from './table.js';

const FP32_BYTES = 4;

const { path, rowShape } = workerData as LoopSetup;
const { session } = await openSession({ path }, PLAIN_OPTIONS);
const spec = session.inputs[0];
if (spec === undefined) throw new Error(`${path} has no input`);
const { name, datatype } = spec;
const outputs = session.outputs.map((output) => output.name);

async function loop({ rows, durationMs }: BareBatchOrder): Promise<BareBatchResult> {
  const shape = [rows, ...rowShape];
  const bytes = new Uint8Array(shape.reduce((product, axis) => product * axis, FP32_BYTES));
  const times: number[] = [];
  const startedAt = performance.now();
  for (let now = startedAt; now - startedAt < durationMs; ) {
    const answer = await session.run([{ name, datatype, shape, data: bytes.slice() }], outputs);
    for (const tensor of answer) tensor.data.slice();
    const before = now;
    now = performance.now();
    times.push(now - before);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { perSecond: (times.length * rows) / seconds, runMs: median(times) };
}

parentPort?.on('message', (order: BareBatchOrder) => {
  void loop(order).then((result) => parentPort?.postMessage(result));
});
parentPort?.postMessage('ready');
