import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import { answerEncoding, encodeMessage } from './grpc-encoding.js';

const chosen: [accepted: string | undefined, level: 'none' | 'low', expected: string][] = [
  ['identity,deflate,gzip', 'low', 'gzip'],
  ['identity, deflate', 'low', 'deflate'],
  ['identity', 'low', 'identity'],
  ['snappy', 'low', 'identity'],
  ['', 'low', 'identity'],
  [undefined, 'low', 'identity'],
  ['identity,deflate,gzip', 'none', 'identity'],
];

for (const [accepted, level, expected] of chosen) {
  test(`a caller that takes ${accepted} is answered in ${expected} at the level ${level}`, () => {
    assert.equal(answerEncoding(accepted, level), expected);
  });
}

const large = [new Uint8Array(1000).fill(1), new Uint8Array(1000).fill(2)];

test('a large message is compressed as a whole', async () => {
  for (const [encoding, undo] of [['gzip', gunzipSync] as const, ['deflate', inflateSync] as const]) {
    const { isCompressed, pieces } = await encodeMessage(large, encoding, 'high');
    assert.equal(isCompressed, true);
    assert.deepEqual(undo(Buffer.concat(pieces)), Buffer.concat(large));
  }
});

test('a small message stays as it is', async () => {
  const small = [new Uint8Array(100)];
  assert.deepEqual(await encodeMessage(small, 'gzip', 'high'), {
    isCompressed: false,
    pieces: small,
    isGivenAway: true,
  });
});
