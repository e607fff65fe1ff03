import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputOf, jobOf } from '../../test/support/scheduling.js';
import { afterLoss } from './after-loss.js';

const job = jobOf(1, { inputs: [inputOf([2, 2]), inputOf([3])] });
const movedAway = { ...job, inputs: [inputOf([0, 2]), inputOf([3])] };

// How many runners died under it, and how many of these died of themselves or hung.
const cases = [
  ['one that had no part in it is run again', 0, 0, job, 'run-again'],
  ['so is one that may have', 1, 1, job, 'run-again'],
  ['one under which two died of themselves is not', 2, 2, job, 'refuse'],
  ['one whose runners were killed by somebody else is run again', 1, 0, job, 'run-again'],
  ['so it is where that happens again', 2, 0, job, 'run-again'],
  ['and a third time', 3, 0, job, 'run-again'],
  ['but not for ever: want of memory looks the same', 4, 0, job, 'refuse'],
  ['a kill from outside is not held against one that is suspected', 3, 1, job, 'run-again'],
  ['nor does it clear one that is', 3, 2, job, 'refuse'],
  ['without its inputs it cannot be', 0, 0, movedAway, 'fail'],
  ['nor can one that was unlucky', 1, 0, movedAway, 'fail'],
  ['who is to blame is told so even without its inputs', 2, 2, movedAway, 'refuse'],
] as const;

for (const [name, crashes, suspicions, each, expected] of cases) {
  test(name, () => assert.equal(afterLoss({ crashes, suspicions, byteLength: 7, job: each }), expected));
}
