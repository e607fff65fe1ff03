import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findKey, hashOfKey, isSameSecret, newApiKey } from './api-key.js';

test('new keys have a prefix and 256 bits, and no two are the same', () => {
  const made = new Set(Array.from({ length: 100 }, newApiKey));
  assert.equal(made.size, 100);
  for (const key of made) assert.match(key, /^fsk_[\w-]{43}$/);
});

test('a key is found by its hash alone', () => {
  const keys = ['one', 'two', 'three'].map((name) => ({
    name,
    sha256: hashOfKey(`key-${name}`),
    roles: [],
    expiresAtMs: null,
  }));
  assert.equal(findKey(keys, 'key-two')?.name, 'two');
  for (const wrong of ['', 'key-tw', 'key-two ', 'two', hashOfKey('key-two')]) {
    assert.equal(findKey(keys, wrong), null, wrong);
  }
});

test('secrets are the same or not, whatever their lengths', () => {
  assert.ok(isSameSecret('a', 'a'));
  assert.ok(!isSameSecret('a', 'aa'));
  assert.ok(!isSameSecret('', 'a'));
});
