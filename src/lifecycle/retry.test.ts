import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_RETRY, retryDelayMs } from './retry.js';

const policy = { count: 4, firstDelayMs: 1000, longestDelayMs: 5000 };

const rows: [attempts: number, delayMs: number | null][] = [
  [0, 1000],
  [1, 2000],
  [2, 4000],
  [3, 5000],
  [4, null],
  [5, null],
];

for (const [attempts, delayMs] of rows) {
  test(`after ${attempts} tries more, the next comes ${delayMs === null ? 'never' : `in ${delayMs} ms`}`, () => {
    assert.equal(retryDelayMs(attempts, policy), delayMs);
  });
}

test('however often it was tried, the wait is a number of milliseconds', () => {
  assert.equal(retryDelayMs(5000, { ...policy, count: 1e6 }), 5000);
});

test('by default nothing is tried again', () => {
  assert.equal(retryDelayMs(0, NO_RETRY), null);
});
