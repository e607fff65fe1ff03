import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAndSubtract, reshape } from '../../../test/support/tflite-models.js';
import { type ModelDraft, TENSOR_TYPE, writeTflite } from '../../../test/support/tflite-writer.js';
import { portsOf } from './ports.js';
import { readTflite } from './read-tflite.js';

const plain = addAndSubtract();
const signature = {
  key: 's',
  inputs: [
    ['B', 1],
    ['A', 0],
  ],
  outputs: [
    ['D', 3],
    ['C', 2],
  ],
} as const;
const second = { ...reshape(TENSOR_TYPE.INT8, [2, 3], [6]) };

const rows: [
  what: string,
  draft: ModelDraft,
  inputs: string[],
  outputs: string[],
  chosen: [number, number],
][] = [
  ['no signature: the tensors own names', plain, ['a', 'b'], ['c', 'd'], [0, 0]],
  [
    'a signature in another order: its names, in the order of the subgraph',
    { ...plain, signatures: [signature] },
    ['A', 'B'],
    ['C', 'D'],
    [0, 0],
  ],
  [
    'two signatures: the one of the main subgraph',
    {
      ...plain,
      more: [second],
      signatures: [{ key: 'other', inputs: [['in', 0]], outputs: [['out', 2]], subgraph: 1 }, signature],
    },
    ['A', 'B'],
    ['C', 'D'],
    [1, 0],
  ],
  [
    'serving_default wherever it is',
    {
      ...plain,
      more: [second],
      signatures: [
        signature,
        { key: 'serving_default', inputs: [['in', 0]], outputs: [['out', 2]], subgraph: 1 },
      ],
    },
    ['in'],
    ['out'],
    [1, 1],
  ],
  ['a tensor that is listed twice', { ...plain, outputs: [2, 3, 2] }, ['a', 'b'], ['c', 'd', 'c:2'], [0, 0]],
  [
    'a tensor without a name',
    addAndSubtract({ name: '' }),
    ['tensor_0', 'tensor_1'],
    ['tensor_2', 'tensor_3'],
    [0, 0],
  ],
];

for (const [what, draft, inputs, outputs, [chosen, subgraph]] of rows) {
  test(what, () => {
    const ports = portsOf(readTflite(writeTflite(draft)));
    assert.deepEqual(
      ports.inputs.map(({ spec }) => spec.name),
      inputs,
    );
    assert.deepEqual(
      ports.outputs.map(({ spec }) => spec.name),
      outputs,
    );
    assert.deepEqual([ports.signature, ports.subgraph], [chosen, subgraph]);
  });
}

test('an open axis is served with the size that the file has for it', () => {
  const ports = portsOf(readTflite(writeTflite(addAndSubtract({ shapeSignature: [-1, 4] }))));
  assert.deepEqual(ports.inputs[0]?.spec, { name: 'a', datatype: 'FP32', shape: [1, 4] });
  assert.equal(ports.inputs[0].bytes, 16);
});

test('quantization is part of the spec', () => {
  const draft = addAndSubtract({ type: TENSOR_TYPE.UINT8, scales: [0.5], zeroPoints: [128] });
  assert.deepEqual(portsOf(readTflite(writeTflite(draft))).outputs[1]?.spec, {
    name: 'd',
    datatype: 'UINT8',
    shape: [1, 4],
    quantization: { scales: [0.5], zeroPoints: [128], axis: null },
  });
});

for (const type of ['STRING', 'COMPLEX64', 'INT4', 'RESOURCE'] as const) {
  test(`a ${type} input is refused by name`, () => {
    const model = readTflite(writeTflite(reshape(TENSOR_TYPE[type], [2, 3], [6])));
    assert.throws(() => portsOf(model), {
      code: 'INVALID_ARGUMENT',
      message: `input "x" is of type ${type}, which cannot be served`,
    });
  });
}
