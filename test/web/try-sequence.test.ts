/** Where a request stands in a sequence, and how that is said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../web/try/problem.js';
import {
  afterAnswer,
  newSequence,
  sequenceIdJson,
  sequenceParameters,
  sequenceProblem,
} from '../../web/try/sequence.js';
import { encodeRequest } from '../../web/try/wire.js';

const ids: [text: string, json: string | null][] = [
  ['7', '7'],
  [' 7 ', '7'],
  ['18446744073709551615', '18446744073709551615'],
  ['18446744073709551616', null],
  ['0', null],
  ['', null],
  ['  ', null],
  ['-1', '"-1"'],
  ['7a', '"7a"'],
  ['a "b"', '"a \\"b\\""'],
  ['가'.repeat(42), `"${'가'.repeat(42)}"`],
  ['가'.repeat(43), null],
];
for (const [text, json] of ids) {
  test(`the id ${JSON.stringify(text)} is ${json ?? 'none'}`, () => {
    const problem = sequenceProblem({ id: text, isStart: true, isEnd: false });
    if (json === null) {
      assert.equal(problem?.key, 'problemSequenceId');
      assert.throws(() => sequenceIdJson(text), Problem);
    } else {
      assert.equal(problem, null);
      assert.equal(sequenceIdJson(text), json);
    }
  });
}

test('a sequence starts, goes on, ends, and starts again', () => {
  const first = newSequence(() => 0.999_999_9);
  assert.deepEqual(first, { id: '999999', isStart: true, isEnd: false });
  const second = afterAnswer(first);
  assert.deepEqual(second, { id: '999999', isStart: false, isEnd: false });
  assert.deepEqual(afterAnswer({ ...second, isEnd: true }), first);
  assert.equal(newSequence(() => 0).id, '1', '0 is no id');
});

test('a request has the parameters that are so, and ids keep their digits', () => {
  const parameters = sequenceParameters({ id: '18446744073709551615', isStart: false, isEnd: true });
  const { headLength, body } = encodeRequest([], [], parameters);
  assert.equal(
    new TextDecoder().decode(body.subarray(0, headLength)),
    '{"inputs":[],"parameters":{"binary_data_output":true,"sequence_id":18446744073709551615,"sequence_end":true}}',
  );
});
