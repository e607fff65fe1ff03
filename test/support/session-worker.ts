/** Opens a model in a worker thread, runs it some times, answers what it answered, and ends by itself. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSession } from '#backend/registry.js';
import type { Tensor } from '#tensor/tensor.js';
import { PLAIN_OPTIONS } from './load-options.js';

export interface WorkerTask {
  readonly path: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
  readonly runs: number;
}

export interface WorkerAnswer {
  readonly outputs: readonly (readonly Tensor[])[];
  readonly exitCode?: number;
}

const { path, inputs, outputs, runs } = workerData as WorkerTask;
const { session } = await openSession({ path }, PLAIN_OPTIONS);
const answers: (readonly Tensor[])[] = [];
for (let run = 0; run < runs; run++) answers.push(await session.run(inputs, outputs));
await session.dispose();
parentPort?.postMessage({ outputs: answers } satisfies WorkerAnswer);
