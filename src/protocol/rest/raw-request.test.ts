import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import type { ModelMetadata, TensorSpec } from '#inference/metadata.js';
import { NO_SCHEDULE } from '#inference/request.js';
import type { DataType } from '#tensor/datatype.js';
import { model } from '../../../test/support/metadata.js';
import { rawRequest } from './raw-request.js';

function spec(datatype: DataType, shape: readonly number[]): TensorSpec {
  return { name: 'x', datatype, shape };
}

const understood: [datatype: DataType, spec: number[], bytes: number, shape: number[]][] = [
  ['UINT8', [1, 2, 3], 6, [1, 2, 3]],
  ['FP32', [-1, 4], 48, [3, 4]],
  ['FP32', [4, -1], 16, [4, 1]],
  ['FP16', [-1], 6, [3]],
  ['FP64', [], 8, []],
  ['INT32', [0, 3], 0, [0, 3]],
];

for (const [datatype, shape, bytes, meant] of understood) {
  test(`${bytes} bytes for ${datatype} [${shape}] are a tensor of shape [${meant}]`, () => {
    const body = new Uint8Array(bytes);
    const request = rawRequest(body, model(spec(datatype, shape)));
    assert.deepEqual(request, {
      id: null,
      model: { name: 'm', version: '2' },
      inputs: [{ name: 'x', datatype, shape: meant, data: body }],
      outputs: 'all',
      parameters: {},
      schedule: NO_SCHEDULE,
      sequence: null,
    });
    // The body itself: it can be moved to the engine's thread, and is never copied.
    assert.equal(request.inputs[0]?.data, body);
  });
}

for (const shape of [[-1], [1], [-1, 1], [-1, -1], []]) {
  test(`for BYTES [${shape}] the whole body is one element`, () => {
    const [input] = rawRequest(Uint8Array.of(0xff, 0), model(spec('BYTES', shape))).inputs;
    assert.deepEqual(input, {
      name: 'x',
      datatype: 'BYTES',
      shape: shape.map(() => 1),
      data: Uint8Array.of(2, 0, 0, 0, 0xff, 0),
    });
  });
}

test('of a model with a batch, one row is taken where another axis is open too', () => {
  const request = rawRequest(new Uint8Array(24), { ...model(spec('FP32', [-1, 3, -1])), maxBatchSize: 8 });
  assert.deepEqual(request.inputs[0]?.shape, [1, 3, 2]);
});

const refused: [why: string, metadata: ModelMetadata, bytes: number, message: string][] = [
  [
    'two inputs',
    model(spec('UINT8', [1]), { ...spec('UINT8', [1]), name: 'y' }),
    2,
    "Raw request must only have 1 input (found 1) to be deduced but got 2 inputs in 'm' model configuration",
  ],
  [
    'no input',
    model(),
    0,
    "Raw request must only have 1 input (found 1) to be deduced but got 0 inputs in 'm' model configuration",
  ],
  [
    'two open axes',
    model(spec('FP32', [-1, 3, -1])),
    12,
    "The shape of the raw input 'x' can not be deduced because there are more than one variable-sized dimension: it is [-1,3,-1]",
  ],
  [
    'too few bytes',
    model(spec('FP32', [2])),
    7,
    "input byte size mismatch for input 'x' for model 'm'. Expected 8, got 7: its shape is [2] and its datatype FP32",
  ],
  [
    'half a row',
    model(spec('FP32', [-1, 2])),
    12,
    "input byte size mismatch for input 'x' for model 'm'. Expected a multiple of 8, got 12: its shape is [-1,2] and its datatype FP32",
  ],
  [
    'no bytes, where an axis is open',
    model(spec('FP32', [-1, 4])),
    0,
    "the body of a raw request is empty, but input 'x' of shape [-1,4] takes 16 bytes at least",
  ],
  [
    'a truth value of 2',
    model(spec('BOOL', [-1])),
    3,
    "element 0 of input 'x' is 2, which BOOL (0..1) cannot hold",
  ],
  [
    'rows of nothing',
    model(spec('FP32', [-1, 0])),
    4,
    "input byte size mismatch for input 'x' for model 'm'. Expected a multiple of 0, got 4: its shape is [-1,0] and its datatype FP32",
  ],
  [
    'BYTES of more than one element',
    model(spec('BYTES', [-1, 2])),
    4,
    "the body of a raw request is one element, but input 'x' of shape [-1,2] takes more",
  ],
];

for (const [why, metadata, bytes, message] of refused) {
  test(`refused: ${why}`, () => {
    assert.throws(
      () => rawRequest(new Uint8Array(bytes).fill(2), metadata),
      (error) =>
        error instanceof ServingError && error.message === message && error.code === 'INVALID_ARGUMENT',
    );
  });
}
