import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { decodeByteStrings, encodeByteStrings, encodeTexts } from './byte-strings.js';

const text = (word: string): Uint8Array => new TextEncoder().encode(word);

test('byte strings come back as they went, the empty one and NUL too', () => {
  const elements = ['', 'abc', '\0', 'ü€😀'].map(text);
  const data = encodeByteStrings(elements);
  assert.deepEqual([...data.subarray(0, 11)], [0, 0, 0, 0, 3, 0, 0, 0, 97, 98, 99]);
  assert.deepEqual(decodeByteStrings(data, 4, "input 'x'"), elements);
  assert.deepEqual(decodeByteStrings(new Uint8Array(0), 0, "input 'x'"), []);
});

test('texts are encoded as their UTF-8 is', () => {
  for (const words of [[], [''], ['', 'abc', '\0', 'ü€😀'], ['\ud800']]) {
    assert.deepEqual(encodeTexts(words), encodeByteStrings(words.map(text)));
  }
});

test('byte strings are read from inside a larger buffer', () => {
  const data = encodeByteStrings([text('abc')]);
  const larger = new Uint8Array(data.length + 6).fill(255);
  larger.set(data, 3);
  assert.deepEqual(decodeByteStrings(larger.subarray(3, 3 + data.length), 1, ''), [text('abc')]);
});

const rows: [data: number[], count: number, message: string][] = [
  [[], 1, "input 'x' needs 1 BYTES elements, but its data ends after 0"],
  [[1, 0, 0, 0, 97], 2, "input 'x' needs 2 BYTES elements, but its data ends after 1"],
  [[1, 0, 0, 0, 97, 98], 1, "input 'x' needs 1 BYTES elements, but its data has 1 byte more"],
  [[1, 0, 0], 1, "element 0 of input 'x' needs 4 bytes for its length, but the data ends 1 byte before that"],
  [
    [0, 0, 0, 0, 2, 0, 0, 0, 97],
    2,
    "element 1 of input 'x' is 2 bytes long, but the data ends 1 byte before that",
  ],
  [
    [255, 255, 255, 255, 97],
    1,
    "element 0 of input 'x' is 4294967295 bytes long, but the data ends 4294967294 bytes before that",
  ],
];

for (const [data, count, message] of rows) {
  test(`the bytes [${data}] as ${count} byte strings: ${message}`, () => {
    assert.throws(
      () => decodeByteStrings(new Uint8Array(data), count, "input 'x'"),
      (error) => error instanceof ServingError && error.message === message,
    );
  });
}

test('every beginning of a BYTES tensor is refused', () => {
  const data = encodeByteStrings(['ab', '', 'cde'].map(text));
  for (let length = 0; length < data.length; length++) {
    assert.throws(() => decodeByteStrings(data.subarray(0, length), 3, ''), ServingError);
  }
});
