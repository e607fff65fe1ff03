/** A worker thread that opens a TFLite model, runs it on the given inputs so many times, and tells the last answer. */
import { parentPort, workerData } from 'node:worker_threads';
import { litertBackend } from '#backend/litert/backend.js';
import { messageOf } from '#core/errors.js';
import type { Tensor } from '#tensor/tensor.js';
import { PLAIN_OPTIONS } from './load-options.js';

export interface ThreadTask {
  readonly path: string;
  readonly inputs: readonly Tensor[];
  readonly runs: number;
}

export type ThreadAnswer = { readonly outputs: readonly Tensor[] } | { readonly error: string };

parentPort?.postMessage(await answer(workerData as ThreadTask));

async function answer({ path, inputs, runs }: ThreadTask): Promise<ThreadAnswer> {
  try {
    const session = await litertBackend.load({ path }, PLAIN_OPTIONS);
    const names = session.outputs.map(({ name }) => name);
    let outputs: readonly Tensor[] = [];
    for (let run = 0; run < runs; run++) outputs = await session.run(inputs, names);
    await session.dispose();
    return { outputs };
  } catch (thrown) {
    return { error: messageOf(thrown) };
  }
}
