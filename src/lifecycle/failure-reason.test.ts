import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '#core/errors.js';
import type { FailureReason } from '#inference/statistics.js';
import { failureReasonOf } from './failure-reason.js';

const rows: [why: string, code: ErrorCode, reason: FailureReason][] = [
  ['a bound of the queue', 'OVERLOADED', 'REJECTED'],
  ['a deadline that passed', 'DEADLINE_EXCEEDED', 'REJECTED'],
  ['a caller who left', 'CANCELLED', 'CANCELED'],
  ['an engine that failed, or died', 'INTERNAL', 'BACKEND'],
  ['a sequence that was not begun', 'INVALID_ARGUMENT', 'OTHER'],
  ['a model that is unloaded', 'UNAVAILABLE', 'OTHER'],
];

for (const [why, code, reason] of rows) {
  test(`${why} counts as ${reason}`, () => {
    assert.equal(failureReasonOf(code), reason);
  });
}
