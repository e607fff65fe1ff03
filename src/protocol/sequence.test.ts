import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parameters, SequenceRef } from '#inference/request.js';
import { sequenceOf } from './sequence.js';

const taken: readonly [name: string, parameters: Parameters, expected: SequenceRef | null][] = [
  ['nothing', {}, null],
  ['an id', { sequence_id: 7 }, { id: 7n, isStart: false, isEnd: false }],
  ['the largest id', { sequence_id: 2n ** 64n - 1n }, { id: 2n ** 64n - 1n, isStart: false, isEnd: false }],
  ['an id that is text', { sequence_id: '7' }, { id: '7', isStart: false, isEnd: false }],
  ['the id 0', { sequence_id: 0, sequence_start: true }, null],
  ['the id -0', { sequence_id: -0, sequence_start: true }, null],
  ['an empty id', { sequence_id: '', sequence_end: true }, null],
  ['no id', { sequence_start: true, sequence_end: true }, null],
  ['a start', { sequence_id: 1, sequence_start: true }, { id: 1n, isStart: true, isEnd: false }],
  [
    'an end',
    { sequence_id: 1, sequence_start: false, sequence_end: true },
    { id: 1n, isStart: false, isEnd: true },
  ],
];

for (const [name, parameters, expected] of taken) {
  test(`a sequence is read from parameters with ${name}`, () => {
    assert.deepEqual(sequenceOf(parameters), expected);
  });
}

const refused: readonly [parameters: Parameters, message: string][] = [
  [
    { sequence_id: -1 },
    "'parameters.sequence_id' must be an integer from 0 to 2^64-1 or a string, but is -1",
  ],
  [
    { sequence_id: 1.5 },
    "'parameters.sequence_id' must be an integer from 0 to 2^64-1 or a string, but is 1.5",
  ],
  [
    { sequence_id: 2e19 },
    "'parameters.sequence_id' must be an integer from 0 to 2^64-1 or a string, but is 20000000000000000000",
  ],
  [
    { sequence_id: true },
    "'parameters.sequence_id' must be an integer from 0 to 2^64-1 or a string, but is true",
  ],
  [{ sequence_id: 1, sequence_start: 1 }, "'parameters.sequence_start' must be true or false, but is 1"],
  [{ sequence_end: 'yes' }, '\'parameters.sequence_end\' must be true or false, but is "yes"'],
];

for (const [parameters, message] of refused) {
  test(`no sequence is read: ${message}`, () => {
    assert.throws(() => sequenceOf(parameters), { code: 'INVALID_ARGUMENT', message });
  });
}
