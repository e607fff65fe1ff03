import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputOf, jobOf } from '../../test/support/scheduling.js';
import { afterLoss } from './after-loss.js';

const job = jobOf(1, { inputs: [inputOf([2, 2]), inputOf([3])] });
const movedAway = { ...job, inputs: [inputOf([0, 2]), inputOf([3])] };

const cases = [
  ['one that had no part in it is run again', 0, job, 'run-again'],
  ['so is one that may have', 1, job, 'run-again'],
  ['one under which two died is not', 2, job, 'refuse'],
  ['without its inputs it cannot be', 0, movedAway, 'fail'],
  ['who is to blame is told so even without its inputs', 2, movedAway, 'refuse'],
] as const;

for (const [name, crashes, each, expected] of cases) {
  test(name, () => assert.equal(afterLoss({ crashes, byteLength: 7, job: each }), expected));
}
