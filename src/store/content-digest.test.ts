import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentDigest, mismatchOf } from './content-digest.js';
import type { ChecksumAlgorithm } from './object-store.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

// CRC: the check value of the catalogue of CRCs, and RFC 3720, B.4. git: `printf 'hello' | git hash-object --stdin`.
const known: [algorithm: ChecksumAlgorithm, contents: Uint8Array, hex: string][] = [
  ['crc32c', bytes(''), '00000000'],
  ['crc32c', bytes('123456789'), 'e3069283'],
  ['crc32c', new Uint8Array(32), '8a9136aa'],
  ['crc32c', new Uint8Array(32).fill(0xff), '62a8ab43'],
  ['crc32c', Uint8Array.from({ length: 32 }, (_, i) => i), '46dd794e'],
  ['md5', bytes('hello'), '5d41402abc4b2a76b9719d911017c592'],
  ['git-blob', bytes('hello'), 'b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0'],
  ['sha256', bytes('hello'), '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'],
];

for (const [algorithm, contents, hex] of known) {
  test(`${algorithm} of ${contents.length} bytes, in pieces of every size`, () => {
    for (let size = 1; size <= Math.max(1, contents.length); size++) {
      const digest = new ContentDigest(algorithm, contents.length);
      for (let at = 0; at < contents.length; at += size) digest.update(contents.subarray(at, at + size));
      assert.equal(digest.finish().get(algorithm), hex);
    }
  });
}

test('contents are compared with what their store tells, if it was computed', () => {
  const found = new Map<ChecksumAlgorithm, string>([['md5', 'aa']]);
  assert.equal(mismatchOf(found, null), null);
  assert.equal(mismatchOf(found, { algorithm: 'md5', hex: 'aa' }), null);
  assert.equal(mismatchOf(found, { algorithm: 'crc32c', hex: 'bb' }), null);
  assert.equal(
    mismatchOf(found, { algorithm: 'md5', hex: 'bb' }),
    'the md5 of what came is aa, and the store says bb',
  );
});
