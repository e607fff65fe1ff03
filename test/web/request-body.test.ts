import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteLength, writeElements } from '../../web/load/elements.js';
import { freeAxes, requestBody, shapesWith, tensorBytes } from '../../web/load/request-body.js';

const image = { name: 'image', datatype: 'FP32', shape: [-1, 3, -1] };
const mask = { name: 'mask', datatype: 'BOOL', shape: [-1, 2] };
const fixed = { name: 'fixed', datatype: 'UINT8', shape: [1, 4] };

test('the first axis of all inputs is one number; every other free axis is its own', () => {
  assert.deepEqual(
    freeAxes([image, mask]).map(({ place }) => place),
    [null, { input: 'image', axis: 2 }],
  );
  assert.deepEqual(
    freeAxes([image, fixed]).map(({ place }) => place),
    [
      { input: 'image', axis: 0 },
      { input: 'image', axis: 2 },
    ],
  );
  assert.deepEqual(freeAxes([fixed]), []);
  assert.deepEqual(freeAxes([]), []);
});

test('lengths that were chosen are those of the shapes, and 1 where none was', () => {
  const [rows, axis] = freeAxes([image, mask]);
  const lengths = new Map([[rows?.key ?? '', 4]]);
  const shapes = () => shapesWith([image, mask], lengths).map(({ shape }) => shape);
  assert.deepEqual(shapes(), [
    [4, 3, 1],
    [4, 2],
  ]);
  lengths.set(axis?.key ?? '', 7);
  assert.deepEqual(shapes(), [
    [4, 3, 7],
    [4, 2],
  ]);
});

test('JSON comes first, and the bytes of all inputs behind it in their order', () => {
  const inputs = shapesWith([fixed, { ...mask, shape: [1, 2] }], new Map());
  const { bytes, headerLength } = requestBody(inputs, 'random', () => 0.999);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes.subarray(0, headerLength))), {
    inputs: [
      { name: 'fixed', shape: [1, 4], datatype: 'UINT8', parameters: { binary_data_size: 4 } },
      { name: 'mask', shape: [1, 2], datatype: 'BOOL', parameters: { binary_data_size: 2 } },
    ],
    parameters: { binary_data_output: true },
  });
  assert.deepEqual([...bytes.subarray(headerLength)], [255, 255, 255, 255, 1, 1]);
  assert.equal(tensorBytes(inputs, 'random'), 6);
});

test('a datatype that is not known has no size', () => {
  assert.equal(tensorBytes([{ name: 'x', datatype: 'constructor', shape: [1] }], 'zeros'), null);
});

const elements: readonly (readonly [datatype: string, bytes: readonly number[]])[] = [
  ['BOOL', [1]],
  ['UINT8', [192]],
  ['INT8', [192]],
  ['UINT16', [1, 0]],
  ['INT16', [1, 0]],
  ['INT32', [1, 0, 0, 0]],
  ['UINT32', [1, 0, 0, 0]],
  ['INT64', [1, 0, 0, 0, 0, 0, 0, 0]],
  ['UINT64', [1, 0, 0, 0, 0, 0, 0, 0]],
  // 0.875 in either half.
  ['FP16', [0x00, 0x3b]],
  ['BF16', [0x60, 0x3f]],
  ['FP32', [0, 0, 0x40, 0x3f]],
  ['FP64', [0, 0, 0, 0, 0, 0, 0xe8, 0x3f]],
  ['BYTES', [8, 0, 0, 0, 116, 116, 116, 116, 116, 116, 116, 116]],
];
for (const [datatype, expected] of elements) {
  test(`an element of ${datatype} has its bytes, the lowest first`, () => {
    const bytes = new Uint8Array(byteLength(datatype, 1, 'random') ?? 0);
    writeElements(datatype, bytes, 'random', () => 0.75);
    assert.deepEqual([...bytes], expected);
    const zeros = new Uint8Array(byteLength(datatype, 2, 'zeros') ?? 0);
    writeElements(datatype, zeros, 'zeros', () => 0.75);
    assert.ok(zeros.length > 0 && zeros.every((byte) => byte === 0));
  });
}
