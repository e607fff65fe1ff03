import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import { decodeStrings, encodeStrings } from './strings.js';

function tensor(shape: number[], ...elements: (string | number[])[]): Tensor {
  const data = elements.flatMap((element) => {
    const bytes = [...Buffer.from(element as string)];
    return [bytes.length & 255, bytes.length >> 8, 0, 0, ...bytes];
  });
  return { name: 'words', datatype: 'BYTES', shape, data: Uint8Array.from(data) };
}

test('strings and bytes turn into each other', () => {
  const words = ['', 'a', '\ufeffb', '한국어', 'x'.repeat(300)];
  const there = tensor([5], ...words);
  assert.deepEqual(decodeStrings(there), words);
  assert.deepEqual(encodeStrings(words), there.data);
  assert.deepEqual(decodeStrings(tensor([0, 3])), []);
  assert.deepEqual(encodeStrings([]), new Uint8Array(0));
});

test('what is not UTF-8 is refused by input and element', () => {
  assert.throws(() => decodeStrings(tensor([2], 'fine', [0xff, 0x41])), {
    code: 'INVALID_ARGUMENT',
    message: 'input "words": element 1 is not valid UTF-8, and the strings of ONNX models are UTF-8',
  });
});

test('a NUL byte is refused, for the engine would cut the string there', () => {
  assert.throws(() => decodeStrings(tensor([2], 'a\0b', 'c')), {
    code: 'INVALID_ARGUMENT',
    message: 'input "words": element 0 has a NUL byte, which a string of this model cannot hold',
  });
});

test('too many or too few elements are refused', () => {
  assert.throws(() => decodeStrings(tensor([1], 'a', 'b')), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => decodeStrings(tensor([3], 'a', 'b')), { code: 'INVALID_ARGUMENT' });
});
