import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignShape, elementCount } from './shape.js';

const rows: [given: number[], spec: number[], expected: number[] | null][] = [
  [
    [1, 28, 28, 1],
    [1, 28, 28, 1],
    [1, 28, 28, 1],
  ],
  [
    [1, 1, 28, 28],
    [1, 28, 28, 1],
    [1, 28, 28, 1],
  ],
  [[784], [1, 28, 28, 1], null],
  [
    [28, 28],
    [-1, 28, 28, 1],
    [1, 28, 28, 1],
  ],
  [
    [2, 28, 28],
    [-1, 28, 28, 1],
    [2, 28, 28, 1],
  ],
  [
    [2, 1, 28, 28],
    [-1, 28, 28, 1],
    [2, 28, 28, 1],
  ],
  [[1, 3, 2, 2], [1, 2, 2, 3], null],
  [[5], [-1, -1], null],
  [
    [1, 5],
    [-1, -1],
    [1, 5],
  ],
  [[], [1], [1]],
  [[1, 1], [], []],
  [
    [0, 4],
    [-1, 4],
    [0, 4],
  ],
  [[1, 2], [1, 3], null],
  [
    [1, 1, 4],
    [-1, 4],
    [1, 4],
  ],
];

for (const [given, spec, expected] of rows) {
  test(`a tensor of shape [${given}] for [${spec}] is ${expected ? `[${expected}]` : 'refused'}`, () => {
    assert.deepEqual(alignShape(given, spec), expected);
  });
}

test('element counts are exact or not a number', () => {
  assert.equal(elementCount([]), 1);
  assert.equal(elementCount([2, 0, 3]), 0);
  assert.equal(elementCount([2, -1]), Number.NaN);
  assert.equal(elementCount([2 ** 30, 2 ** 30]), Number.NaN);
  assert.equal(elementCount([2 ** 30, 2 ** 30, 0]), 0);
  assert.equal(elementCount([0, -1]), Number.NaN);
});
