import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringLiteral } from './string-literal.js';

const texts: [written: string, text: string][] = [
  ['', ''],
  ['plain é 😀', 'plain é 😀'],
  [String.raw`\a\b\f\n\r\t\v\\\'\"\?`, '\u0007\b\f\n\r\t\v\\\'"?'],
  [String.raw`\x41\x4a\xA`, 'AJ\n'],
  [String.raw`\X41`, 'A'],
  [String.raw`\x414`, 'A4'],
  [String.raw`\101\0\12x\1010`, 'A\0\nxA0'],
  [String.raw`\303\251 \xf0\x9f\x98\x80`, 'é 😀'],
  [String.raw`\u00e9\U0001F600`, 'é😀'],
  [String.raw`\ud83d\ude00`, '😀'],
];

for (const [written, text] of texts) {
  test(`"${written}" is ${JSON.stringify(text)}`, () => {
    const literal = stringLiteral(written);
    assert.ok('bytes' in literal);
    assert.equal(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(literal.bytes)), text);
  });
}

const faults: [written: string, offset: number, message: string][] = [
  [String.raw`ab\q`, 2, String.raw`unknown escape \q`],
  [String.raw`\8`, 0, String.raw`unknown escape \8`],
  [String.raw`\xg`, 0, String.raw`expected hexadecimal digits after \x`],
  [String.raw`\400`, 0, String.raw`\400 is more than a byte holds`],
  [String.raw`\u12`, 0, String.raw`expected 4 hexadecimal digits after \u`],
  [String.raw`\U0001F60`, 0, String.raw`expected 8 hexadecimal digits after \U`],
  [String.raw`\U00110000`, 0, 'U+110000 is no character of Unicode'],
  [String.raw`é\ud83dx`, 1, 'U+D83D is no character of Unicode'],
  [String.raw`\ud83d\u0041`, 0, 'U+D83D is no character of Unicode'],
  [String.raw`\ude00`, 0, 'U+DE00 is no character of Unicode'],
];

for (const [written, offset, message] of faults) {
  test(`"${written}" is no text`, () => assert.deepEqual(stringLiteral(written), { offset, message }));
}
