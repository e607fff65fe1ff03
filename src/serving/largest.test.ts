import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largest, type Numbers } from './largest.js';

const NAN = Number.NaN;

const rows: [values: Numbers, count: number, positions: number[]][] = [
  [[], 3, []],
  [[5], 0, []],
  [[5], 3, [0]],
  [[1, 3, 2], 1, [1]],
  [[1, 3, 2], 2, [1, 2]],
  [[1, 3, 2], 3, [1, 2, 0]],
  [[7, 7, 7, 7], 2, [0, 1]],
  [[1, 7, 3, 7], 3, [1, 3, 2]],
  [[-1, -3, -2], 2, [0, 2]],
  [[0, -0, 0], 3, [0, 1, 2]],
  [[NAN, 1, NAN, -Infinity], 3, [1, 3, 0]],
  [[NAN, NAN], 1, [0]],
  [[Infinity, NAN, 2], 2, [0, 2]],
  [BigInt64Array.of(2n ** 53n, 2n ** 53n + 1n, -1n), 2, [1, 0]],
  [BigUint64Array.of(2n ** 64n - 2n, 2n ** 64n - 1n), 1, [1]],
];

for (const [values, count, positions] of rows) {
  const shown = Array.from<number | bigint>(values).join();
  test(`the ${count} largest of [${shown}] stand at [${positions}]`, () => {
    assert.deepEqual(largest(values, count), positions);
  });
}

test('of many numbers, with repetitions and NaN, they are those that sorting all of them finds', () => {
  // A linear congruential generator (Knuth's MMIX has the same form): the same numbers in every run.
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  for (const length of [1, 2, 3, 10, 100, 1000]) {
    const values = Float32Array.from({ length }, () => (next() % 50 === 0 ? NAN : next() % 97));
    const sorted = Array.from(values, (value, at) => ({ at, key: Number.isNaN(value) ? -1 : value }))
      .sort((a, b) => b.key - a.key || a.at - b.at)
      .map(({ at }) => at);
    for (const count of [1, 2, 5, 50, length]) {
      assert.deepEqual(largest(values, count), sorted.slice(0, count), `${count} of ${length}`);
    }
  }
});
