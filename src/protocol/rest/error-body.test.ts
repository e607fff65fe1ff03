import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, invalid } from '#core/errors.js';
import { encodeErrorBody } from './error-body.js';
import { HTTP_STATUS } from './http-status.js';

test('an error is one sentence in an object', () => {
  assert.equal(encodeErrorBody(invalid('"ü"\n')).toString(), '{"error":"\\"ü\\"\\n"}');
});

test('every error code has a status that says error', () => {
  for (const code of ERROR_CODES) assert.ok(HTTP_STATUS[code] >= 400 && HTTP_STATUS[code] <= 599, code);
  assert.equal(HTTP_STATUS.INVALID_ARGUMENT, 400);
  assert.equal(HTTP_STATUS.OVERLOADED, 503);
  assert.equal(HTTP_STATUS.DEADLINE_EXCEEDED, 504);
});
