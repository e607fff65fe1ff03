import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterValue } from '#inference/request.js';
import { readCount, readFlag, readText } from './parameter.js';
import { scheduleOf } from './schedule.js';

const readers = { readCount, readFlag, readText };

const taken: [reader: keyof typeof readers, value: ParameterValue][] = [
  ['readCount', 0],
  ['readCount', 7],
  ['readCount', 2n ** 63n],
  ['readFlag', false],
  ['readFlag', true],
  ['readText', ''],
  ['readText', 'a'],
];

for (const [reader, value] of taken) {
  test(`${reader} takes ${typeof value} ${value}`, () => {
    assert.equal(readers[reader]({ p: value }, 'p', 'parameters'), value);
  });
}

const refused: [reader: keyof typeof readers, value: ParameterValue, message: string][] = [
  ['readCount', -1, "'parameters.p' must be a non-negative integer, but is -1"],
  ['readCount', -(2n ** 60n), `'parameters.p' must be a non-negative integer, but is ${-(2n ** 60n)}`],
  ['readCount', 1.5, "'parameters.p' must be a non-negative integer, but is 1.5"],
  ['readCount', '3', '\'parameters.p\' must be a non-negative integer, but is "3"'],
  ['readCount', true, "'parameters.p' must be a non-negative integer, but is true"],
  ['readFlag', 1, "'parameters.p' must be true or false, but is 1"],
  ['readText', 1, "'parameters.p' must be a string, but is 1"],
];

for (const [reader, value, message] of refused) {
  test(`${reader} refuses ${typeof value} ${value}`, () => {
    assert.throws(() => readers[reader]({ p: value }, 'p', 'parameters'), {
      code: 'INVALID_ARGUMENT',
      message,
    });
  });
}

test('what is not given is null, whatever objects are born with', () => {
  for (const read of Object.values(readers)) assert.equal(read({}, 'constructor', 'parameters'), null);
});

test('a schedule is read from the parameters of a request', () => {
  assert.deepEqual(scheduleOf({}), { priority: 0, timeoutUs: 0 });
  assert.deepEqual(scheduleOf({ priority: 2, timeout: 5_000_000n }), { priority: 2, timeoutUs: 5_000_000 });
  assert.throws(() => scheduleOf({ timeout: 'soon' }), {
    message: '\'parameters.timeout\' must be a non-negative integer, but is "soon"',
  });
});
