import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiryStage } from './expiry.js';

const DAY_MS = 86_400_000;

const CASES: readonly [daysLeft: number, stage: number | null][] = [
  [365, null],
  [14.001, null],
  [14, 14],
  [7.1, 14],
  [7, 7],
  [2, 3],
  [1, 1],
  [0.1, 1],
  [0, 0],
  [-3, 0],
];
for (const [daysLeft, stage] of CASES) {
  test(`${daysLeft} days before its end a certificate is at the stage ${stage}`, () => {
    assert.equal(expiryStage(100 * DAY_MS, (100 - daysLeft) * DAY_MS), stage);
  });
}
