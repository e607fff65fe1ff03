import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkKeys } from './keys.js';

const refused: [keys: readonly string[], reason: RegExp][] = [
  [[''], /the key '' of s3:\/\/b cannot be a file: it is empty$/],
  [['../a'], /the key '\.\.\/a' of s3:\/\/b cannot be a file: it would leave its folder$/],
  [['a/../../b'], /it would leave its folder/],
  [['a/..'], /it would leave its folder/],
  [['./a'], /it would leave its folder/],
  [['/etc/passwd'], /it begins with a slash/],
  [['a//b'], /it has an empty part/],
  [['a/'], /it has an empty part/],
  [['a\\..\\b'], /it has a backslash/],
  [['a\0.onnx'], /it has a NUL character/],
  [[`a/${'é'.repeat(128)}`], /a part of it is longer than 255 bytes/],
  [['a', 'b', 'a'], /the key 'a' of s3:\/\/b is named twice/],
  [['a', 'a/b'], /the keys 'a' and 'a\/b' of s3:\/\/b cannot both be files/],
  [['a/b/c/d', 'a/b'], /the keys 'a\/b' and 'a\/b\/c\/d'/],
];

for (const [keys, message] of refused) {
  test(`${JSON.stringify(keys).slice(0, 60)} is refused`, () =>
    assert.throws(() => checkKeys(keys, 's3://b'), { code: 'INVALID_ARGUMENT', message }));
}

test('keys that are paths may stand', () => {
  checkKeys(
    ['config.pbtxt', '1/model.onnx', '1/..weights', '1/...', 'ä b/ç', 'a.b/c', 'x'.repeat(255)],
    's3://b',
  );
});
