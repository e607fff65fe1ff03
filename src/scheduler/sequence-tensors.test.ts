import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServingError } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { NO_SCHEDULE } from '#inference/request.js';
import type { Tensor } from '#tensor/tensor.js';
import type { SequenceModel } from './sequence-model.js';
import type { SequenceControl, SequenceState } from './sequence-options.js';
import { SequenceTensors } from './sequence-tensors.js';
import type { Job, TaskResult } from './task.js';

const spec = (name: string, shape: readonly number[], datatype: TensorSpec['datatype'] = 'FP32') => ({
  name,
  datatype,
  shape,
});

/** A state before the input that clients give, a control behind it. */
const model: SequenceModel = {
  name: 'm',
  inputs: [spec('h', [2, -1, 3]), spec('x', [-1, 1]), spec('START', [-1, 1], 'INT32')],
  outputs: [spec('y', [-1, 1]), spec('h_next', [2, -1, 3])],
  hasBatchAxis: true,
  axisOf: { h: 1, h_next: 1 },
  slots: 4,
};

const start: SequenceControl = { name: 'START', kind: 'START', datatype: 'INT32', falseTrue: [0, 1] };
const h: SequenceState = {
  inputName: 'h',
  outputName: 'h_next',
  datatype: 'FP32',
  dims: [2, 3],
  initial: null,
};

const bytesOf = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const valuesOf = ({ data }: Pick<Tensor, 'data'>): number[] => [
  ...new Float32Array(new Uint8Array(data).buffer),
];

const job: Job = {
  inputs: [{ ...spec('x', [1, 1]), data: bytesOf(5) }],
  outputs: ['y'],
  rows: 1,
  schedule: NO_SCHEDULE,
  sequence: { id: 1n, isStart: true, isEnd: false },
};
const FIRST = { id: 1n, isStart: true, isEnd: false };

const noFile = (): Promise<Uint8Array> => Promise.reject(new Error('no such file'));

function bind(
  states: readonly SequenceState[],
  parts: { controls?: readonly SequenceControl[]; model?: SequenceModel; file?: Uint8Array } = {},
): Promise<SequenceTensors> {
  const { controls = [start], file } = parts;
  return SequenceTensors.bind(
    { controls, states },
    parts.model ?? model,
    file ? () => Promise.resolve(file) : noFile,
  );
}

function resultOf(...outputs: Tensor[]): TaskResult {
  const timings = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };
  return { outputs, timings };
}

test('a request gets controls and states, in the order of the model, with the row on the axis of the batch', async () => {
  const tensors = await bind([h]);
  const { inputs, outputs } = tensors.jobOf(job, FIRST, null);
  assert.deepEqual(
    inputs.map(({ name, shape }) => [name, shape]),
    [
      ['h', [2, 1, 3]],
      ['x', [1, 1]],
      ['START', [1, 1]],
    ],
  );
  assert.deepEqual(valuesOf(inputs[0] as Tensor), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(outputs, ['y', 'h_next']);
});

test('an answer is what was asked for, and the state is a copy that outlives it', async () => {
  const tensors = await bind([h]);
  const made: Tensor = { ...spec('h_next', [2, 1, 3]), data: bytesOf(1, 2, 3, 4, 5, 6) };
  const y: Tensor = { ...spec('y', [1, 1]), data: bytesOf(9) };
  const { result, states } = tensors.take(resultOf(y, made));
  assert.deepEqual(result.outputs, [y]);
  made.data.fill(0);
  const [first] = tensors.jobOf(job, FIRST, states).inputs;
  assert.deepEqual(valuesOf(first as Tensor), [1, 2, 3, 4, 5, 6]);
  first?.data.fill(0);
  const [again] = tensors.jobOf(job, FIRST, states).inputs;
  assert.deepEqual(valuesOf(again as Tensor), [1, 2, 3, 4, 5, 6], 'a run that fails takes nothing away');
});

test('a model without a batch axis is given its state as it is', async () => {
  const plain = { ...model, hasBatchAxis: false, inputs: [spec('h', [2, 1, 3])] };
  const tensors = await bind([{ ...h, dims: [2, 1, 3] }], {
    controls: [],
    model: { ...plain, outputs: [spec('h_next', [2, 1, 3])] },
  });
  assert.deepEqual(tensors.jobOf({ ...job, inputs: [] }, FIRST, null).inputs[0]?.shape, [2, 1, 3]);
});

test('a state may grow where its dims say so', async () => {
  const growing = {
    ...model,
    inputs: [spec('h', [-1, -1, 3])],
    outputs: [spec('h_next', [-1, -1, 3])],
    axisOf: {},
  };
  const initial = { dims: [0, 3], file: null };
  const tensors = await bind([{ ...h, dims: [-1, 3], initial }], { controls: [], model: growing });
  assert.deepEqual(tensors.jobOf({ ...job, inputs: [] }, FIRST, null).inputs[0]?.shape, [1, 0, 3]);
  const { states } = tensors.take(
    resultOf({ ...spec('h_next', [1, 2, 3]), data: bytesOf(1, 2, 3, 4, 5, 6) }),
  );
  assert.deepEqual(tensors.jobOf({ ...job, inputs: [] }, FIRST, states).inputs[0]?.shape, [1, 2, 3]);
});

const firsts: readonly [
  name: string,
  state: Partial<SequenceState>,
  file: Uint8Array | undefined,
  expected: readonly [shape: readonly number[], data: readonly number[]],
][] = [
  ['zeros', {}, undefined, [[2, 1, 3], Array(24).fill(0)]],
  [
    'what a file holds',
    { initial: { dims: [2, 3], file: 'h.bin' } },
    Buffer.from(bytesOf(1, 2, 3, 4, 5, 6)),
    [[2, 1, 3], [...bytesOf(1, 2, 3, 4, 5, 6)]],
  ],
];

for (const [name, parts, file, [shape, data]] of firsts) {
  test(`the first request of a sequence finds ${name}`, async () => {
    const tensors = await bind([{ ...h, ...parts }], file ? { file } : {});
    const [first] = tensors.jobOf(job, FIRST, null).inputs;
    assert.deepEqual([first?.shape, [...(first?.data ?? [])]], [shape, data]);
    first?.data.fill(7);
    assert.deepEqual([...(tensors.jobOf(job, FIRST, null).inputs[0]?.data ?? [])], data);
  });
}

test('an axis that nothing is said of is 1 long at first, and zeros of texts are empty texts', async () => {
  const texts = {
    ...model,
    inputs: [spec('h', [-1, -1, 2], 'BYTES')],
    outputs: [spec('h_next', [-1, -1, 2], 'BYTES')],
    axisOf: {},
  };
  const tensors = await bind([{ ...h, datatype: 'BYTES', dims: [-1, 2] }], { controls: [], model: texts });
  const [first] = tensors.jobOf({ ...job, inputs: [] }, FIRST, null).inputs;
  assert.deepEqual([first?.shape, first?.data.length], [[1, 1, 2], 8]);
});

test('a model that does not keep to the shape of its state is told so', async () => {
  const tensors = await bind([h]);
  const wrongShape: Tensor = { ...spec('h_next', [1, 1, 3]), data: bytesOf(1, 2, 3) };
  assert.throws(() => tensors.take(resultOf(wrongShape)), {
    code: 'INTERNAL',
    message: "the model made the state 'h_next' of shape [1,1,3], which dims [2,3] do not allow",
  });
});

test('an id that is a very long text is refused', async () => {
  const tensors = await bind([h]);
  tensors.checkId('é'.repeat(64));
  assert.throws(() => tensors.checkId('é'.repeat(65)), {
    code: 'INVALID_ARGUMENT',
    message: "inference request to model 'm' has a correlation ID of 130 bytes, but at most 128 are taken",
  });
});

const refused: readonly [
  message: string,
  states: readonly SequenceState[],
  parts?: Parameters<typeof bind>[1],
][] = [
  [
    "sequence_batching.state[0]: the model has no input 'g', but 'h', 'x', 'START'",
    [{ ...h, inputName: 'g' }],
  ],
  ["sequence_batching.state[0]: the model has no output 'g', but 'y', 'h_next'", [{ ...h, outputName: 'g' }]],
  [
    "sequence_batching.state[0]: the datatype of input 'h' is FP32 in the model file, but FP64 here",
    [{ ...h, datatype: 'FP64' }],
  ],
  [
    "sequence_batching.state[0]: the shape of input 'h' is [2,-1,3] in the model file with the batch on axis 1, and dims [2,4] do not fit it",
    [{ ...h, dims: [2, 4] }],
  ],
  [
    "sequence_batching.state[0]: the shape of input 'h' is [2,-1,3] in the model file with the batch on axis 1, and dims [2,-1] do not fit it",
    [{ ...h, dims: [2, -1] }],
  ],
  ["sequence_batching.state[1]: input 'h' is bound twice", [h, { ...h, outputName: 'y' }]],
  ["sequence_batching.state[1]: output 'h_next' is bound twice", [h, { ...h, inputName: 'x', dims: [1] }]],
  [
    "sequence_batching.state[0]: input 'START' is bound twice",
    [{ ...h, inputName: 'START', datatype: 'INT32' }],
  ],
  [
    "sequence_batching.control_input[1]: control 'START' is bound twice",
    [],
    { controls: [start, { ...start, name: 'x' }] },
  ],
  [
    "sequence_batching.control_input[1]: input 'START' is bound twice",
    [],
    { controls: [start, { ...start, kind: 'END' }] },
  ],
  [
    'sequence_batching.state[0].initial_state: dims [2,4] are none that dims [2,3] of the state allow',
    [{ ...h, initial: { dims: [2, 4], file: null } }],
  ],
  [
    "sequence_batching.state[0].initial_state: 'h.bin' cannot be read: no such file",
    [{ ...h, initial: { dims: [2, 3], file: 'h.bin' } }],
  ],
  [
    "sequence_batching.state[0].initial_state: 'h.bin' has 8 bytes, but FP32 [2,3] needs 24",
    [{ ...h, initial: { dims: [2, 3], file: 'h.bin' } }],
    { file: bytesOf(1, 2) },
  ],
];

for (const [message, states, parts] of refused) {
  test(`options that do not fit the model: ${message}`, async () => {
    await assert.rejects(bind(states, parts), (error: ServingError) => {
      assert.deepEqual([error.code, error.message], ['INVALID_ARGUMENT', message]);
      return true;
    });
  });
}
