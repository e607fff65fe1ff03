import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataType } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import { bytesOfList } from '../../test/support/elements.js';
import { compareOutputs, type OutputDifference } from './shadow-difference.js';

type List = readonly (number | bigint | boolean | string)[];

function tensorOf(datatype: DataType, list: List, shape: readonly number[] = [list.length]): Tensor {
  const bits = datatype === 'FP16' || datatype === 'BF16';
  const data = bits ? new Uint8Array(Uint16Array.from(list as number[]).buffer) : bytesOfList(datatype, list);
  return { name: 'y', datatype, shape, data };
}

function differenceOf(a: Tensor, b: Tensor): OutputDifference & { readonly steps: number } {
  const steps = compareOutputs(a, b);
  let taken = 0;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return { ...step.value, steps: taken };
    taken++;
  }
}

/** Unequal elements, the largest absolute and the largest relative difference. */
type Expected = readonly [unequal: number, absolute: number, relative: number];

const { NaN: nan, POSITIVE_INFINITY: inf, MAX_VALUE: most } = Number;

const rows: [datatype: DataType, a: List, b: List, expected: Expected][] = [
  ['FP32', [1, 2, 3], [1, 2, 3], [0, 0, 0]],
  ['FP32', [1, 2, 4], [1, 3, 8], [2, 4, 0.5]],
  ['FP32', [0, -0], [-0, 0], [0, 0, 0]],
  ['FP32', [0], [0.5], [1, 0.5, 1]],
  ['FP32', [1], [-1], [1, 2, 2]],
  ['FP32', [nan, inf, -inf], [nan, inf, -inf], [0, 0, 0]],
  ['FP32', [nan, 1, inf, inf], [1, nan, -inf, 1], [4, 0, 0]],
  ['FP64', [1], [1 + 2 ** -52], [1, 2 ** -52, 2 ** -52 / (1 + 2 ** -52)]],
  ['FP64', [most], [-most], [1, most, 1]],
  ['FP64', [5e-324], [1e-323], [1, 5e-324, 0.5]],
  ['FP64', [], [], [0, 0, 0]],
  // 1, 2 and the smallest above 0; then infinity and no number, twice.
  ['FP16', [0x3c00, 0x0000], [0x4000, 0x0001], [2, 1, 1]],
  ['FP16', [0x7c00, 0x7e00, 0x8000], [0x7c00, 0x7e01, 0x0000], [0, 0, 0]],
  ['BF16', [0x3f80], [0x4000], [1, 1, 0.5]],
  ['BF16', [0x7f80], [0xff80], [1, 0, 0]],
  ['UINT8', [0, 255], [255, 255], [1, 255, 1]],
  ['INT8', [-128], [127], [1, 255, 255 / 128]],
  ['UINT16', [65535], [65534], [1, 1, 1 / 65535]],
  ['INT16', [-32768], [32767], [1, 65535, 65535 / 32768]],
  ['UINT32', [4294967295], [4294967294], [1, 1, 1 / 4294967295]],
  ['INT32', [-2147483648], [2147483647], [1, 4294967295, 4294967295 / 2147483648]],
  // As FP64, both would be the same number.
  ['INT64', [9007199254740993n], [9007199254740992n], [1, 1, 1 / 9007199254740992]],
  ['INT64', [-(2n ** 63n)], [2n ** 63n - 1n], [1, 2 ** 64, 2]],
  ['UINT64', [2n ** 64n - 1n, 7n], [2n ** 64n - 2n, 7n], [1, 1, 2 ** -64]],
  ['BOOL', [true, false, true], [true, true, false], [2, 0, 0]],
  ['BYTES', ['a', 'bc', ''], ['a', 'bd', ''], [1, 0, 0]],
  ['BYTES', ['a', 'bc'], ['ab', 'c'], [2, 0, 0]],
];
for (const [datatype, a, b, [unequalElements, maxAbsolute, maxRelative]] of rows) {
  test(`${datatype} [${a}] and [${b}]: ${unequalElements} unequal, by ${maxAbsolute} and ${maxRelative}`, () => {
    const expected = { unequalElements, maxAbsolute, maxRelative };
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const { isAlike, steps: _, ...difference } = differenceOf(tensorOf(datatype, x), tensorOf(datatype, y));
      assert.ok(isAlike);
      assert.deepEqual({ ...difference }, expected);
    }
  });
}

test('tensors of different datatypes or shapes are unlike, and not compared', () => {
  const a = tensorOf('INT32', [1, 2], [2]);
  for (const b of [tensorOf('UINT32', [1, 2], [2]), tensorOf('INT32', [1, 2], [1, 2])])
    assert.deepEqual(differenceOf(a, b), {
      isAlike: false,
      unequalElements: 0,
      maxAbsolute: 0,
      maxRelative: 0,
      steps: 0,
    });
});

test('large tensors are compared in steps, to the last element', () => {
  const a = new Array<number>(10_000).fill(1);
  const { unequalElements, steps } = differenceOf(tensorOf('FP32', a), tensorOf('FP32', [...a.slice(1), 2]));
  assert.deepEqual([unequalElements, steps], [1, 3]);
});

test('bytes that do not lie on a multiple of the element are read all the same', () => {
  const odd = (value: number): Tensor => {
    const data = new Uint8Array(9);
    data.set(new Uint8Array(Float64Array.of(value).buffer), 1);
    return { name: 'y', datatype: 'FP64', shape: [1], data: data.subarray(1) };
  };
  assert.equal(differenceOf(odd(3), odd(1)).maxAbsolute, 2);
});
