import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { addAndSubtract, custom, reshape } from '../../../test/support/tflite-models.js';
import { type ModelDraft, TENSOR_TYPE, writeTflite } from '../../../test/support/tflite-writer.js';
import { portsOf } from './ports.js';
import { readTflite } from './read-tflite.js';

test('a file is read as it was written', () => {
  const model = readTflite(
    writeTflite({
      ...addAndSubtract({ shapeSignature: [-1, 4], scales: [0.5, 0.25], zeroPoints: [3, -4], axis: 1 }),
      description: 'two sums, 한국어',
      signatures: [{ key: 'serve', inputs: [['left', 0]], outputs: [['sum', 2]] }],
    }),
  );
  assert.equal(model.schemaVersion, 3);
  assert.equal(model.description, 'two sums, 한국어');
  assert.deepEqual(model.signatures, [
    {
      key: 'serve',
      subgraph: 0,
      inputs: [{ name: 'left', tensor: 0 }],
      outputs: [{ name: 'sum', tensor: 2 }],
    },
  ]);
  const [subgraph] = model.subgraphs;
  assert.deepEqual(subgraph?.operators, ['ADD', 'SUB']);
  assert.deepEqual(
    [subgraph.inputs, subgraph.outputs],
    [
      [0, 1],
      [2, 3],
    ],
  );
  assert.deepEqual(
    subgraph.tensors.map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  );
  assert.deepEqual(subgraph.tensors[0], {
    name: 'a',
    type: { name: 'FLOAT32', bits: 32, datatype: 'FP32', elementType: 1 },
    shape: [1, 4],
    shapeSignature: [-1, 4],
    quantization: { scales: [0.5, 0.25], zeroPoints: [3, -4], axis: 1 },
    buffer: 0,
  });
});

test('a custom operator goes by its name, one beyond the table by its number', () => {
  assert.deepEqual(readTflite(writeTflite(custom('MyOwn'))).subgraphs[0]?.operators, ['MyOwn']);
  const newer = { ...custom(''), operators: [{ code: 4242, inputs: [0], outputs: [1] }] };
  assert.deepEqual(readTflite(writeTflite(newer)).subgraphs[0]?.operators, ['BUILTIN_4242']);
  const wide = { ...custom(''), operators: [{ code: 150, inputs: [0], outputs: [1] }] };
  assert.deepEqual(readTflite(writeTflite(wide)).subgraphs[0]?.operators, ['GELU']);
});

const plain = addAndSubtract();
const faults: [what: string, draft: ModelDraft, message: RegExp][] = [
  [
    'a future schema',
    { ...plain, version: 4 },
    /^the file has version 4 of the TFLite schema; 3 was expected$/,
  ],
  ['an input out of range', { ...plain, inputs: [0, 9] }, /an input or output refers to tensor 9 of 4$/],
  ['a negative output', { ...plain, outputs: [-1] }, /an input or output refers to tensor -1 of 4$/],
  [
    'an operator out of range',
    { ...plain, operators: [{ code: 0, inputs: [0, 7], outputs: [2] }] },
    /an operator refers to tensor 7 of 4$/,
  ],
  ['a negative axis', addAndSubtract({ shape: [1, -4] }), /tensor "a" has the shape \[1,-4\]$/],
  [
    'a constant that is too short',
    addAndSubtract({ data: new Uint8Array(15) }),
    /needs 16 bytes and has 15$/,
  ],
  [
    'a signature out of range',
    { ...plain, signatures: [{ key: 's', inputs: [['x', 11]], outputs: [] }] },
    /signature "s" refers to tensor 11 of 4$/,
  ],
  [
    'a signature of a missing subgraph',
    { ...plain, signatures: [{ key: 's', inputs: [], outputs: [], subgraph: 2 }] },
    /signature "s" refers to subgraph 2 of 1$/,
  ],
];

for (const [what, draft, message] of faults) {
  test(`${what} is refused`, () => {
    assert.throws(() => readTflite(writeTflite(draft)), { code: 'INVALID_ARGUMENT', message });
  });
}

test('what is no TFLite file is refused', () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(7), new TextEncoder().encode('{"json": "TFL3"}')]) {
    assert.throws(() => readTflite(bytes), { code: 'INVALID_ARGUMENT', message: /^it is not a TFLite file/ });
  }
});

const valid = writeTflite({
  ...reshape(TENSOR_TYPE.INT8, [2, 3], [6]),
  more: [addAndSubtract({ scales: [0.5] })],
  signatures: [{ key: 'serving_default', inputs: [['in', 0]], outputs: [['out', 2]] }],
});

test('a file that is cut off anywhere is refused or read, and nothing else happens', () => {
  let refused = 0;
  for (let length = 0; length < valid.length; length += 7)
    refused += survives(valid.slice(0, length)) ? 0 : 1;
  assert.ok(refused > valid.length / 7 / 2, `${refused} refused`);
});

test('a file with some bytes changed is refused or read, and nothing else happens', () => {
  const random = randomNumbers(20_260_101);
  let refused = 0;
  for (let round = 0; round < 2000; round++) {
    const bytes = valid.slice();
    for (let i = 0; i <= round % 4; i++) bytes[random(bytes.length)] = random(256);
    refused += survives(bytes) ? 0 : 1;
  }
  assert.ok(refused > 500 && refused < 2000, `${refused} refused`);
});

test('a file whose parts are referred to over and over comes to an end', () => {
  const tiny: ModelDraft = { tensors: [], inputs: [], outputs: [], operators: [] };
  const bytes = writeTflite({ ...large(1000), more: Array.from({ length: 999 }, () => tiny) });
  pointAllSubgraphsAtTheFirst(bytes);
  assert.throws(() => readTflite(bytes), {
    code: 'INVALID_ARGUMENT',
    message: 'the TFLite file is damaged or cut off: its parts refer to each other over and over',
  });
});

/** Whether the file can be read; anything but a refusal in one line fails the test. */
function survives(bytes: Uint8Array): boolean {
  try {
    portsOf(readTflite(bytes));
    return true;
  } catch (thrown) {
    assert.ok(thrown instanceof ServingError, String(thrown));
    assert.equal(thrown.code, 'INVALID_ARGUMENT');
    return false;
  }
}

/** Numbers below a bound, the same ones each time (xorshift). */
function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

function large(tensors: number): ModelDraft {
  const tensor = { name: 'x', type: TENSOR_TYPE.UINT8, shape: [1] };
  return { tensors: Array.from({ length: tensors }, () => tensor), inputs: [0], outputs: [0], operators: [] };
}

function pointAllSubgraphsAtTheFirst(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  const follow = (at: number): number => at + view.getUint32(at, true);
  const root = follow(0);
  const subgraphsField = 2;
  const slot = root + view.getUint16(root - view.getInt32(root, true) + 4 + 2 * subgraphsField, true);
  const vector = follow(slot);
  const first = follow(vector + 4);
  for (let i = 0; i < view.getUint32(vector, true); i++) {
    const entry = vector + 4 + 4 * i;
    view.setUint32(entry, first - entry, true);
  }
}
