import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST_SPARE_BYTES, spareBuffers } from '#core/spare-buffers.js';
import { randomElements } from '../../test/support/random-elements.js';
import { encodeTexts } from './byte-strings.js';
import { DATATYPES, type DataType } from './datatype.js';
import { cutTo, padTo } from './pad.js';
import { elementCount } from './shape.js';
import type { Tensor } from './tensor.js';

const tensorOf = (datatype: DataType, shape: number[], array: NodeJS.TypedArray): Tensor => ({
  name: 'x',
  datatype,
  shape,
  data: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
});

/** [[1, 2], [3, 4]] made [3, 3]. */
const padded: [datatype: DataType, value: number, given: NodeJS.TypedArray, expected: NodeJS.TypedArray][] = [
  ['UINT8', 9, Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1, 2, 9, 3, 4, 9, 9, 9, 9)],
  ['INT8', -1, Int8Array.of(1, 2, 3, 4), Int8Array.of(1, 2, -1, 3, 4, -1, -1, -1, -1)],
  ['UINT16', 0, Uint16Array.of(1, 2, 3, 4), Uint16Array.of(1, 2, 0, 3, 4, 0, 0, 0, 0)],
  ['INT16', -2, Int16Array.of(1, 2, 3, 4), Int16Array.of(1, 2, -2, 3, 4, -2, -2, -2, -2)],
  ['UINT32', 2 ** 32 - 1, Uint32Array.of(1, 2, 3, 4), Uint32Array.of(1, 2, -1, 3, 4, -1, -1, -1, -1)],
  ['INT32', 258, Int32Array.of(1, 2, 3, 4), Int32Array.of(1, 2, 258, 3, 4, 258, 258, 258, 258)],
  ['UINT64', 2 ** 53, BigUint64Array.of(1n, 2n, 3n, 4n), longs(2n ** 53n)],
  ['INT64', 7, BigInt64Array.of(1n, 2n, 3n, 4n), longs(7n)],
  ['INT64', -100, BigInt64Array.of(1n, 2n, 3n, 4n), longs(-100n)],
  ['FP32', 0.5, Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 2, 0.5, 3, 4, 0.5, 0.5, 0.5, 0.5)],
  ['FP32', -Infinity, Float32Array.of(1, 2, 3, 4), Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9], infinite)],
  ['FP64', 0.1, Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 2, 0.1, 3, 4, 0.1, 0.1, 0.1, 0.1)],
  ['FP16', 1.5, Uint16Array.of(1, 2, 3, 4), Uint16Array.from([1, 2, 0x3e00, 3, 4], (bits) => bits)],
  ['BF16', -2, Uint16Array.of(1, 2, 3, 4), Uint16Array.from([1, 2, 0xc000, 3, 4], (bits) => bits)],
  ['BOOL', 0, Uint8Array.of(1, 0, 1, 1), Uint8Array.of(1, 0, 0, 1, 1, 0, 0, 0, 0)],
  ['BOOL', 5, Uint8Array.of(1, 0, 1, 1), Uint8Array.of(1, 0, 1, 1, 1, 1, 1, 1, 1)],
];

function longs(value: bigint): BigInt64Array {
  return BigInt64Array.of(1n, 2n, value, 3n, 4n, value, value, value, value);
}

function infinite(_: number, i: number): number {
  return [1, 2, -Infinity, 3, 4][i] ?? -Infinity;
}

for (const [datatype, value, given, expected] of padded) {
  test(`${datatype} is padded with ${value}, and cut back`, () => {
    const tensor = tensorOf(datatype, [2, 2], given);
    const longer = padTo(tensor, [3, 3], value);
    // The last four are what the third is.
    const whole =
      expected.length === 9
        ? expected
        : Uint16Array.from({ length: 9 }, (_, i) => Number(expected[i] ?? expected[2]));
    assert.deepEqual(longer, tensorOf(datatype, [3, 3], whole));
    assert.deepEqual(cutTo(longer, [2, 2]), tensor);
  });
}

test('texts are padded with empty ones', () => {
  const tensor: Tensor = { name: 'x', datatype: 'BYTES', shape: [2, 1], data: encodeTexts(['a', 'é']) };
  const longer = padTo(tensor, [3, 2], 7);
  assert.deepEqual(longer, { ...tensor, shape: [3, 2], data: encodeTexts(['a', '', 'é', '', '', '']) });
  assert.deepEqual(cutTo(longer, [2, 1]), tensor);
  assert.deepEqual(cutTo(longer, [0, 2]), { ...tensor, shape: [0, 2], data: new Uint8Array(0) });
});

const foreign: [datatype: DataType, value: number][] = [
  ['UINT8', 256],
  ['UINT8', -1],
  ['INT8', 128],
  ['INT32', 0.5],
  ['INT32', 2 ** 31],
  ['INT64', 1.5],
  ['INT64', 2 ** 63],
  ['UINT64', -1],
  ['UINT64', Number.NaN],
];

for (const [datatype, value] of foreign) {
  test(`${datatype} is not padded with ${value}`, () => {
    assert.throws(() => padTo({ name: 'x', datatype, shape: [0], data: new Uint8Array(0) }, [1], value), {
      code: 'INVALID_ARGUMENT',
      message: `${value} is no value of the datatype ${datatype}`,
    });
  });
}

const shapes: [small: number[], large: number[]][] = [
  [[], []],
  [[3], [5]],
  [[0], [4]],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 3],
    [2, 40],
  ],
  [
    [2, 3],
    [4, 3],
  ],
  [
    [1, 0, 2],
    [2, 3, 2],
  ],
  [
    [2, 3, 1, 2],
    [2, 4, 3, 2],
  ],
  [
    [2, 1, 3],
    [3, 2, 5],
  ],
];

for (const datatype of DATATYPES) {
  test(`what is padded is there again when it is cut: ${datatype}`, () => {
    for (const [small, large] of shapes) {
      const data = randomElements(datatype, elementCount(small), true);
      const tensor: Tensor = { name: 'x', datatype, shape: small, data };
      const before = { ...tensor, data: new Uint8Array(data) };
      const longer = padTo(tensor, large, 1);
      assert.deepEqual(longer.shape, large);
      assert.deepEqual(cutTo(longer, small), before);
      assert.deepEqual(tensor, before);
    }
  });
}

test('what lies in a used buffer does not show', () => {
  const used = new ArrayBuffer(LEAST_SPARE_BYTES + 8);
  new Uint8Array(used).fill(0xaa);
  spareBuffers.give(used);
  const tensor = tensorOf('UINT8', [1, 2], Uint8Array.of(1, 2));
  const { data } = padTo(tensor, [1, LEAST_SPARE_BYTES], 0);
  assert.equal(data.buffer, used);
  assert.deepEqual(data, new Uint8Array(LEAST_SPARE_BYTES).fill(1, 0, 1).fill(2, 1, 2));
});

test('an axis is not made shorter by padding, nor longer by cutting', () => {
  const tensor = tensorOf('UINT8', [2], Uint8Array.of(1, 2));
  assert.throws(() => padTo(tensor, [1], 0), { name: 'RangeError', message: '[2] does not lie within [1]' });
  assert.throws(() => padTo(tensor, [2, 1], 0), RangeError);
  assert.throws(() => cutTo(tensor, [3]), { name: 'RangeError', message: '[3] does not lie within [2]' });
});

test('a tensor that has not the bytes of its shape is not padded', () => {
  const short = tensorOf('UINT16', [3], Uint16Array.of(1, 2));
  assert.throws(() => padTo(short, [4], 0), {
    name: 'RangeError',
    message: "tensor 'x' has 4 bytes; UINT16 [3] takes 6",
  });
});
