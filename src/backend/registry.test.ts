import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { DataType } from '#tensor/datatype.js';
import { permute } from '#tensor/permute.js';
import type { Tensor } from '#tensor/tensor.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import {
  addSubModel,
  bytesOf,
  failingModel,
  identityModel,
  matMulModel,
  modelDirectory,
  scalarModel,
  tensorInfo,
  writeModel,
} from '../../test/support/onnx-models.js';
import { encodeModel } from '../../test/support/onnx-writer.js';
import type { WorkerAnswer, WorkerTask } from '../../test/support/session-worker.js';
import type { Session } from './backend.js';
import type { LoadOptions } from './options.js';
import { openSession } from './registry.js';

const directory = modelDirectory(after);

async function open(bytes: Uint8Array, options: Partial<LoadOptions> = {}): Promise<Session> {
  const path = writeModel(directory, 'model.onnx', bytes);
  const { backend, session } = await openSession({ path }, { ...PLAIN_OPTIONS, ...options });
  assert.equal(backend.platform, 'onnxruntime_onnx');
  return session;
}

function permuting(...permuteInput: number[][]): Partial<LoadOptions> {
  return { compiler: { permuteInput } };
}

function floats(name: string, shape: number[], first = 0): Tensor {
  const length = shape.reduce((product, axis) => product * axis, 1);
  const data = bytesOf(Float32Array.from({ length }, (_, i) => first + i));
  return { name, datatype: 'FP32', shape, data };
}

const shapesOf = (specs: readonly { readonly shape: readonly number[] }[]) => specs.map(({ shape }) => shape);

test('what is no model is refused in a sentence', async () => {
  await assert.rejects(openSession({ path: join(directory, 'none.onnx') }, PLAIN_OPTIONS), {
    code: 'INVALID_ARGUMENT',
    message: 'there is no such file',
  });
});

test('an NHWC model takes NCHW where it is told so', async () => {
  const session = await open(identityModel('FP32', ['n', 2, 3, 4]), permuting([0, 3, 1, 2]));
  assert.deepEqual(shapesOf(session.inputs), [[-1, 4, 2, 3]]);
  assert.deepEqual(shapesOf(session.outputs), [[-1, 2, 3, 4]]);
  const served = floats('input', [1, 4, 2, 3]);
  const [answer] = await session.run([served], ['output']);
  assert.deepEqual(answer, { ...permute(served, [0, 2, 3, 1]), name: 'output' });
  await session.dispose();
});

test('only the inputs that have an order are permuted', async () => {
  const session = await open(addSubModel('FP32', [2, 3]), permuting([1, 0]));
  assert.deepEqual(shapesOf(session.inputs), [
    [3, 2],
    [2, 3],
  ]);
  const [left, right] = [floats('INPUT0', [3, 2]), floats('INPUT1', [2, 3], 10)];
  const [sum] = await session.run([right, left], ['OUTPUT0']);
  assert.deepEqual(sum?.data, bytesOf(Float32Array.of(10, 13, 16, 14, 17, 20)));
  await session.dispose();
});

test('batch_size makes every first axis longer and runs the model for each of its own batches', async () => {
  const session = await open(addSubModel('FP32', [2, 3]), { batchSize: 3 });
  assert.deepEqual(shapesOf(session.inputs), [
    [6, 3],
    [6, 3],
  ]);
  assert.deepEqual(shapesOf(session.outputs), [
    [6, 3],
    [6, 3],
  ]);
  const [left, right] = [floats('INPUT0', [6, 3], 100), floats('INPUT1', [6, 3])];
  const answer = await session.run([left, right], ['OUTPUT1', 'OUTPUT0']);
  assert.deepEqual(answer, [
    { ...left, name: 'OUTPUT1', data: bytesOf(new Float32Array(18).fill(100)) },
    { ...left, name: 'OUTPUT0', data: bytesOf(Float32Array.from({ length: 18 }, (_, i) => 100 + 2 * i)) },
  ]);
  await session.dispose();
});

test('batch_size of strings', async () => {
  const session = await open(identityModel('BYTES', [1, 2]), { batchSize: 2 });
  const data = Uint8Array.from([1, 0, 0, 0, 97, 0, 0, 0, 0, 2, 0, 0, 0, 98, 99, 1, 0, 0, 0, 100]);
  const input: Tensor = { name: 'input', datatype: 'BYTES', shape: [2, 2], data };
  assert.deepEqual(await session.run([input], ['output']), [{ ...input, name: 'output' }]);
  await session.dispose();
});

test('batch_size gives an open first axis its size, and the model runs once', async () => {
  const session = await open(matMulModel(), { batchSize: 2 });
  assert.deepEqual(shapesOf(session.inputs), [[2, 4]]);
  assert.deepEqual(shapesOf(session.outputs), [[2, 3]]);
  const [answer] = await session.run([floats('x', [2, 4])], ['y']);
  assert.deepEqual(answer?.data, bytesOf(Float32Array.of(14, 74, 134, 38, 258, 478)));
  await session.dispose();
});

test("batch_size and permute_input together: the batch is the model's first axis", async () => {
  const session = await open(identityModel('FP32', [1, 2, 3]), { ...permuting([1, 2, 0]), batchSize: 2 });
  assert.deepEqual(shapesOf(session.inputs), [[2, 3, 2]]);
  assert.deepEqual(shapesOf(session.outputs), [[2, 2, 3]]);
  const served = floats('input', [2, 3, 2]);
  const [answer] = await session.run([served], ['output']);
  assert.deepEqual(answer, { ...permute(served, [2, 0, 1]), name: 'output' });
  await session.dispose();
});

test('batch_size 0 and 1 change nothing', async () => {
  for (const batchSize of [0, 1, null]) {
    const session = await open(matMulModel(5), { batchSize });
    assert.deepEqual(shapesOf(session.inputs), [[5, 4]]);
    await session.dispose();
  }
});

test('batch_size where only some first axes are open: those give one row to each run', async () => {
  const bytes = encodeModel({
    graph: {
      nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['y'] }],
      inputs: [tensorInfo('a', 'FP32', ['n', 2]), tensorInfo('b', 'FP32', [3, 2])],
      outputs: [tensorInfo('y', 'FP32', [3, 2])],
    },
  });
  const session = await open(bytes, { batchSize: 2 });
  assert.deepEqual(shapesOf(session.inputs), [
    [2, 2],
    [6, 2],
  ]);
  assert.deepEqual(shapesOf(session.outputs), [[6, 2]]);
  const [answer] = await session.run([floats('b', [6, 2]), floats('a', [2, 2], 100)], ['y']);
  const expected = [100, 102, 102, 104, 104, 106, 108, 110, 110, 112, 112, 114];
  assert.deepEqual(answer?.data, bytesOf(Float32Array.from(expected)));
  await session.dispose();
});

test('an error in the middle of a batch is the error of the batch, and the next one works', async () => {
  const index = (...values: bigint[]): Tensor => ({
    name: 'index',
    datatype: 'INT64',
    shape: [values.length],
    data: bytesOf(BigInt64Array.from(values)),
  });
  const session = await open(failingModel(1), { batchSize: 2 });
  await assert.rejects(session.run([index(0n, 7n)], ['picked']), { code: 'INTERNAL' });
  const [answer] = await session.run([index(2n, 0n)], ['picked']);
  assert.deepEqual(answer?.data, bytesOf(Float32Array.of(30, 10)));
  await session.dispose();
});

test('answers of different widths cannot be one batch', async () => {
  // Each run answers a row of ones that is as wide as its own input says.
  const bytes = encodeModel({
    graph: {
      nodes: [
        {
          op: 'ConstantOfShape',
          inputs: ['size'],
          outputs: ['y'],
        },
      ],
      inputs: [tensorInfo('size', 'INT64', [2])],
      outputs: [tensorInfo('y', 'FP32', ['a', 'b'])],
    },
  });
  const session = await open(bytes, { batchSize: 2 });
  assert.deepEqual(shapesOf(session.outputs), [[-1, -1]]);
  const sizes = (...values: bigint[]): Tensor => ({
    name: 'size',
    datatype: 'INT64',
    shape: [4],
    data: bytesOf(BigInt64Array.from(values)),
  });
  const [answer] = await session.run([sizes(1n, 2n, 3n, 2n)], ['y']);
  assert.deepEqual(answer?.shape, [4, 2]);
  await assert.rejects(session.run([sizes(1n, 2n, 1n, 3n)], ['y']), {
    code: 'INTERNAL',
    message:
      'the batch cannot be put together: tensors "y" cannot be joined along their first axis: one is FP32 [1,2], another FP32 [1,3]',
  });
  await session.dispose();
});

type Refusal = [what: string, bytes: Uint8Array, options: Partial<LoadOptions>, message: string];

const refusals: Refusal[] = [
  [
    'more orders than inputs',
    identityModel('FP32', [2]),
    permuting([0], [0]),
    'permute_input has 2 orders, and the model has 1 inputs',
  ],
  [
    'an order of another rank',
    identityModel('FP32', ['n', 3, 4]),
    permuting([0, 3, 1, 2]),
    'permute_input[0] is [0,3,1,2], and input "input" has the shape [-1,3,4]: an order of its axes [0,1,2] was expected',
  ],
  [
    'an order that names an axis twice',
    identityModel('FP32', [2, 3]),
    permuting([1, 1]),
    'permute_input[0] is [1,1], and input "input" has the shape [2,3]: an order of its axes [0,1] was expected',
  ],
  [
    'an order for strings',
    identityModel('BYTES', [2, 3]),
    permuting([1, 0]),
    'permute_input[0] is [1,0], and input "input" holds strings, whose axes cannot be permuted',
  ],
  [
    'a batch of scalars',
    scalarModel(),
    { batchSize: 2 },
    'batch_size is 2, and input "x" is a scalar without a first axis',
  ],
  ['half a batch', matMulModel(), { batchSize: 1.5 }, 'batch_size is 1.5; a whole number was expected'],
  ['less than no batch', matMulModel(), { batchSize: -1 }, 'batch_size is -1; a whole number was expected'],
];

for (const [what, bytes, options, message] of refusals) {
  test(`${what}: refused`, async () => {
    await assert.rejects(open(bytes, options), { code: 'INVALID_ARGUMENT', message });
  });
}

test('what a wrapped session is asked wrongly is INVALID_ARGUMENT', async () => {
  const options: Partial<LoadOptions>[] = [permuting([1, 0]), { batchSize: 2 }];
  for (const each of options) {
    const session = await open(identityModel('FP32', [1, 2]), each);
    const [spec] = session.inputs;
    assert.ok(spec);
    const sound = floats('input', [...spec.shape]);
    for (const bad of [
      { ...sound, name: 'other' },
      { ...sound, data: sound.data.subarray(1) },
      { ...sound, datatype: 'INT32' as DataType },
    ]) {
      await assert.rejects(session.run([bad], ['output']), {
        name: 'ServingError',
        code: 'INVALID_ARGUMENT',
      });
    }
    await assert.rejects(session.run([sound], ['nothing']), { code: 'INVALID_ARGUMENT' });
    assert.equal((await session.run([sound], ['output'])).length, 1);
    await session.dispose();
    await session.dispose();
  }
});

test('sessions run in worker threads, several side by side', async () => {
  const path = writeModel(directory, 'workers.onnx', addSubModel('FP32', ['batch', 2]));
  const script = fileURLToPath(import.meta.resolve('../../test/support/session-worker.js'));
  const answers = await Promise.all(
    [1, 2, 3].map(async (rows): Promise<WorkerAnswer> => {
      const inputs = [floats('INPUT0', [rows, 2], 1), floats('INPUT1', [rows, 2])];
      const workerData: WorkerTask = { path, inputs, outputs: ['OUTPUT1'], runs: 3 };
      const worker = new Worker(script, { workerData });
      return await new Promise((resolve, reject) => {
        let answer: WorkerAnswer | null = null;
        worker.once('message', (message: WorkerAnswer) => {
          answer = message;
        });
        worker.once('error', reject);
        worker.once('exit', (code) => {
          if (answer === null) reject(new Error(`the thread ended with ${code} and said nothing`));
          else resolve({ ...answer, exitCode: code });
        });
      });
    }),
  );
  answers.forEach(({ outputs, exitCode }, i) => {
    assert.equal(exitCode, 0);
    const rows = i + 1;
    const expected = { ...floats('OUTPUT1', [rows, 2]), data: bytesOf(new Float32Array(rows * 2).fill(1)) };
    assert.deepEqual(outputs, [[expected], [expected], [expected]]);
  });
});
