import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerReader } from '../../bench/answer-reader.js';

const push = (reader: AnswerReader, pieces: readonly string[]): (number | null)[] =>
  pieces.map((piece) => reader.push(Buffer.from(piece)));

const HEAD = 'HTTP/1.1 200 OK\r\nserver: x\r\ncontent-length: 4\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

const cases: [what: string, pieces: string[], statuses: (number | null)[]][] = [
  ['an answer in one piece', [`${HEAD}abcd`], [200]],
  ['two answers, one after the other', [`${HEAD}abcd`, `${HEAD}efgh`], [200, 200]],
  ['a head and its body', [HEAD, 'ab', 'cd'], [null, null, 200]],
  [
    'a head in two pieces',
    [HEAD.slice(0, 20), `${HEAD.slice(20)}ab`, 'cd', `${HEAD}abcd`],
    [null, null, 200, 200],
  ],
  ['no body', ['HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'], [503]],
  ['chunks', [CHUNKED, '2\r\nab\r\n', '0\r\n\r\n', `${HEAD}abcd`], [null, null, 200, 200]],
  ['chunks whose end is in one piece', [`${CHUNKED}2\r\nab\r\n0\r\n\r\n`, `${HEAD}abcd`], [200, 200]],
  ['chunks in pieces', [CHUNKED, '2\r\nab\r\n0\r\n\r\n', `${HEAD}abcd`], [null, 200, 200]],
];
for (const [what, pieces, statuses] of cases)
  test(`${what} is read`, () => {
    assert.deepEqual(push(new AnswerReader(), pieces), statuses);
  });

test('an answer that does not say where it ends is refused', () => {
  assert.throws(() => push(new AnswerReader(), ['HTTP/1.1 200 OK\r\nserver: x\r\n\r\n']), /where it ends/);
});
