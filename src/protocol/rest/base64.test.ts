import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { copyBase64 } from './base64.js';

test('every length and every byte comes back', () => {
  for (let length = 0; length <= 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
    const text = Buffer.from(Buffer.from(bytes).toString('base64'));
    assert.equal(copyBase64(text, null, 0), length);
    const out = new Uint8Array(length + 2).fill(0xee);
    assert.equal(copyBase64(text, out, 1), length);
    assert.deepEqual(out, Uint8Array.of(0xee, ...bytes, 0xee));
  }
});

const refused: [text: string, message: string][] = [
  ['aGVsbG8', "its length 7 is not a multiple of 4, as '=' at its end would make it"],
  ['a', "its length 1 is not a multiple of 4, as '=' at its end would make it"],
  ['aGV!bG8=', "there is '!' at character 3, which is no digit of base64"],
  ['aGVsbG8', "its length 7 is not a multiple of 4, as '=' at its end would make it"],
  ['aGV bG8', "there is ' ' at character 3, which is no digit of base64"],
  ['aGVsbG8=\n', "there is '\n' at character 8, which is no digit of base64"],
  ['aGVs_-8=', "there is '_' at character 4, which is no digit of base64"],
  ['aaéaaaa', "there is 'é' at character 2, which is no digit of base64"],
  ['aa==aaaa', "there is '=' at character 2, which is no digit of base64"],
  ['a===', "there is '=' at character 1, which is no digit of base64"],
  ['====', "there is '=' at character 0, which is no digit of base64"],
  ['aGVsbG9=', 'the bits behind its last byte are not zero, at character 6'],
  ['aR==', 'the bits behind its last byte are not zero, at character 1'],
];

for (const [text, message] of refused) {
  test(`${JSON.stringify(text)} is refused: ${message}`, () => {
    assert.throws(() => copyBase64(Buffer.from(text), null, 0), { message });
  });
}
