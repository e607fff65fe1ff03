import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOAD_LIMITS, mostAtOnce, planOf, stepsUpTo } from '../../web/load/plan.js';

const steps: readonly (readonly [most: number, steps: readonly number[]])[] = [
  [0, [1]],
  [1, [1]],
  [5, [1, 2, 3, 4, 5]],
  [6, [1, 2, 3, 4, 5, 6]],
  [7, [1, 2, 4, 7]],
  [16, [1, 2, 4, 8, 16]],
  [1000, [1, 2, 4, 8, 16, 32, 64]],
  [Number.NaN, [1]],
];
for (const [most, expected] of steps) {
  test(`up to ${most} at once: ${expected}`, () => assert.deepEqual(stepsUpTo(most), expected));
}

test('a plan is never longer than a minute, and never nothing', () => {
  for (const most of [1, 5, 16, 64]) {
    for (const seconds of [-1, 0, 1, 3, 60, 1e9, Number.NaN]) {
      const plan = planOf(most, seconds);
      assert.ok(plan.secondsEach >= 1);
      assert.ok(plan.secondsEach * plan.steps.length <= LOAD_LIMITS.seconds, `${most} ${seconds}`);
    }
  }
  assert.deepEqual(planOf(5, 3), { steps: [1, 2, 3, 4, 5], secondsEach: 3 });
});

test('one of six connections is taken over HTTP/1.1; HTTP/2 has no such bound', () => {
  assert.deepEqual(['http/1.1', '', 'h2', 'h3'].map(mostAtOnce), [5, 5, 64, 64]);
});
