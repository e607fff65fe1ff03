import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reshape, reshapeFault } from './reshape.js';

const pairs: [from: number[], to: number[], given: number[], made: number[]][] = [
  [[1], [], [1], []],
  [[], [1, 1], [], [1, 1]],
  [[16], [4, 4], [16], [4, 4]],
  [
    [2, 3, 4],
    [6, 4],
    [2, 3, 4],
    [6, 4],
  ],
  [[-1], [-1, 1], [7], [7, 1]],
  [[-1, 1], [-1], [7, 1], [7]],
  [
    [-1, 6, -1],
    [-1, 2, 3, -1],
    [5, 6, 0],
    [5, 2, 3, 0],
  ],
  [
    [2, -1, 3],
    [2, 1, -1, 3],
    [2, 9, 3],
    [2, 1, 9, 3],
  ],
  [[0], [0, 3], [0], [0, 3]],
];

for (const [from, to, given, made] of pairs) {
  test(`[${given}] of [${from}] is [${made}] of [${to}]`, () => {
    assert.equal(reshapeFault(from, to), null);
    assert.equal(reshapeFault(to, from), null);
    assert.deepEqual(reshape(given, from, to), made);
    assert.deepEqual(reshape(made, to, from), given);
  });
}

const faults: [from: number[], to: number[]][] = [
  [[4], [2, 3]],
  [[], [2]],
  [[-1], []],
  [[-1], [-1, -1]],
  [
    [-1, 4],
    [4, -1],
  ],
  [
    [-1, 4],
    [-1, 2],
  ],
  [
    [2, -1],
    [-1, 2],
  ],
];

for (const [from, to] of faults) {
  test(`[${from}] cannot be [${to}]`, () => {
    assert.equal(reshapeFault(from, to), `[${to}] does not hold the elements of [${from}]`);
  });
}

test('what does not fit is not reshaped', () => {
  assert.equal(reshape([4, 4], [-1, 3], [-1, 3, 1]), null);
  assert.equal(reshape([4], [-1, 3], [-1, 3, 1]), null);
  assert.equal(reshape([4, 3, 1], [-1, 3], [-1, 3, 1]), null);
});
