import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeoutOf } from './grpc-timeout.js';
import { OK, trailersOf } from './grpc-trailers.js';

const timeouts: [header: string | undefined, timeoutMs: number | null][] = [
  [undefined, null],
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['3S', 3000],
  ['4m', 4],
  ['500u', 0.5],
  ['1000000n', 1],
  ['0n', 0],
  ['99999999m', 99_999_999],
  // Longer than a timer can wait: no deadline, and not one that has passed.
  ['99999999H', null],
  ['99999999S', null],
];

for (const [header, timeoutMs] of timeouts) {
  test(`grpc-timeout ${header} is ${timeoutMs} ms`, () => assert.equal(timeoutOf(header), timeoutMs));
}

for (const header of ['', '5', 'S', '5s', '-5S', '1.5S', '123456789S', '5S ', '٥S']) {
  test(`grpc-timeout "${header}" is refused`, () =>
    assert.throws(() => timeoutOf(header), { code: 'INVALID_ARGUMENT' }));
}

const messages: [message: string, encoded: string][] = [
  ['plain, with ~ and space', 'plain, with ~ and space'],
  ['100%', '100%25'],
  ['Größe', 'Gr%C3%B6%C3%9Fe'],
  ['a\nb', 'a%0Ab'],
  ['🙂', '%F0%9F%99%82'],
];

for (const [message, encoded] of messages) {
  test(`the message ${JSON.stringify(message)} travels as ${encoded}`, () => {
    const trailers = trailersOf({ code: 3, message, trailers: { more: '1' } });
    assert.deepEqual(trailers, { 'grpc-status': '3', 'grpc-message': encoded, more: '1' });
  });
}

test('a long message ends between characters', () => {
  const encoded = trailersOf({ code: 13, message: 'ü'.repeat(5000), trailers: {} })['grpc-message'] ?? '';
  assert.ok(encoded.length <= 4096);
  assert.match(decodeURIComponent(encoded), /^ü+$/);
});

test('what went well has no message', () => assert.deepEqual(trailersOf(OK), { 'grpc-status': '0' }));
