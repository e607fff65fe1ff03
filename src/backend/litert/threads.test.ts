import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Tensor } from '#tensor/tensor.js';
import type { ThreadAnswer, ThreadTask } from '../../../test/support/backend-thread.js';
import { seedModel } from '../../../test/support/real-models.js';
import {
  addAndSubtract,
  bytesOf,
  divide,
  modelFolder,
  trapOnZero,
} from '../../../test/support/tflite-models.js';

const save = modelFolder();
const script = new URL('../../../test/support/backend-thread.js', import.meta.url);

function inThread(task: ThreadTask): Promise<ThreadAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: task });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with ${code}`)));
  });
}

const floats = (name: string, ...values: number[]): Tensor => {
  return { name, datatype: 'FP32', shape: [1, values.length], data: bytesOf(Float32Array.from(values)) };
};
const int = (name: string, value: number): Tensor => {
  return { name, datatype: 'INT32', shape: [1], data: bytesOf(Int32Array.of(value)) };
};

test('two threads run side by side, each with an instance of its own', async () => {
  const path = save('sums', addAndSubtract());
  const answers = await Promise.all(
    [1, 2].map((n) =>
      inThread({ path, inputs: [floats('a', n, n, n, n), floats('b', 5, 6, 7, 8)], runs: 500 }),
    ),
  );
  assert.deepEqual(
    answers,
    [1, 2].map((n) => ({
      outputs: [floats('c', 5 + n, 6 + n, 7 + n, 8 + n), floats('d', n - 5, n - 6, n - 7, n - 8)],
    })),
  );
});

const seed = seedModel();
test('two threads run the model of the seed', {
  skip: seed ? false : 'the seed document is not at ../shared/data/seed',
}, async () => {
  assert.ok(seed);
  const inputs: Tensor[] = [{ name: 'input', datatype: 'UINT8', shape: [1, 28, 28, 1], data: seed.data }];
  const task = { path: seed.path, inputs, runs: 50 };
  for (const answer of await Promise.all([inThread(task), inThread(task)])) {
    assert.ok('outputs' in answer, JSON.stringify(answer));
    assert.deepEqual([...(answer.outputs[0]?.data ?? [])], seed.answer);
  }
});

test('a thread in which WebAssembly trapped does not trouble the next one', async () => {
  const path = save('divide', divide());
  assert.deepEqual(await inThread({ path, inputs: [int('a', -2147483648), int('b', -1)], runs: 1 }), {
    error: 'LiteRT stopped: divide result unrepresentable',
  });
  assert.deepEqual(await inThread({ path: save('trap', trapOnZero()), inputs: [], runs: 1 }), {
    error: 'LiteRT cannot load the model: divide result unrepresentable',
  });
  assert.deepEqual(await inThread({ path, inputs: [int('a', 12), int('b', 4)], runs: 2 }), {
    outputs: [int('q', 3)],
  });
});
