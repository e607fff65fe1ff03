import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invertOrder, isPermutation, permute, permuteBytes, permuteShape } from './permute.js';
import { elementCount } from './shape.js';

/** What the words say, one element at a time. */
function naive(
  data: Uint8Array,
  shape: readonly number[],
  order: readonly number[],
  size: number,
): Uint8Array {
  const result = new Uint8Array(data.length);
  const permuted = permuteShape(shape, order);
  for (let target = 0; target < elementCount(permuted); target++) {
    const index = new Array<number>(shape.length).fill(0);
    let rest = target;
    for (let i = permuted.length - 1; i >= 0; i--) {
      index[order[i] ?? 0] = rest % (permuted[i] ?? 1);
      rest = Math.floor(rest / (permuted[i] ?? 1));
    }
    const source = index.reduce((at, each, axis) => at * (shape[axis] ?? 1) + each, 0);
    result.set(data.subarray(source * size, (source + 1) * size), target * size);
  }
  return result;
}

/** All orders of the axes 0 … rank - 1. */
function ordersOf(rank: number): number[][] {
  if (rank === 0) return [[]];
  return ordersOf(rank - 1).flatMap((order) =>
    Array.from({ length: rank }, (_, at) => order.toSpliced(at, 0, rank - 1)),
  );
}

const shapes = [
  [],
  [5],
  [1],
  [0],
  [2, 3],
  [3, 1],
  [2, 3, 4],
  [2, 0, 4],
  [1, 4, 1],
  [2, 3, 2, 5],
  [1, 5, 4, 3],
  [2, 2, 40, 3],
  [2, 1, 3, 2, 2],
];

for (const shape of shapes) {
  test(`every order of [${shape}] agrees with the naive one, for every size of element`, () => {
    for (const order of ordersOf(shape.length)) {
      for (const size of [1, 2, 3, 4, 8]) {
        const bytes = elementCount(shape) * size;
        // One byte off its buffer's start, so that no view of wider words would fit as it is.
        const data = new Uint8Array(bytes + 1).subarray(1);
        for (let i = 0; i < bytes; i++) data[i] = (i * 31 + (i >> 8)) & 255;
        const before = data.slice();
        assert.deepEqual(
          permuteBytes(data, shape, order, size),
          naive(data, shape, order, size),
          `[${order}] x ${size}`,
        );
        assert.deepEqual(data, before);
      }
    }
  });
}

test('an NHWC image becomes NCHW', () => {
  const image = {
    name: 'x',
    datatype: 'UINT8' as const,
    shape: [1, 2, 2, 3],
    data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
  };
  const planes = permute(image, [0, 3, 1, 2]);
  assert.deepEqual(planes.shape, [1, 3, 2, 2]);
  assert.deepEqual([...planes.data], [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
  assert.deepEqual(permute(planes, invertOrder([0, 3, 1, 2])), image);
});

test('the identity order gives bytes of its own', () => {
  const data = Uint8Array.of(1, 2);
  const same = permuteBytes(data, [2], [0], 1);
  assert.deepEqual(same, data);
  assert.notEqual(same.buffer, data.buffer);
});

test('a permutation names each axis once', () => {
  assert.ok(isPermutation([], 0));
  assert.ok(isPermutation([0, 3, 1, 2], 4));
  for (const order of [[0, 0], [0, 2], [0, -1], [0, 0.5], [0], [0, 1, 2]]) {
    assert.equal(isPermutation(order, 2), false, `[${order}]`);
  }
});
