import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meansOutOfMemory } from './out-of-memory.js';

const cases: readonly [message: string, expected: boolean][] = [
  ['onnxruntime: Add node: Failed to allocate memory for requested buffer of size 262144', true],
  ['onnxruntime: std::bad_alloc', true],
  ['Array buffer allocation failed', true],
  ['Cannot enlarge memory arrays to size 2147483648 bytes', true],
  ['onnxruntime: Gather node: indices element out of data bounds', false],
  ['', false],
];
for (const [message, expected] of cases)
  test(`${message === '' ? 'nothing' : message}: ${expected ? 'no memory' : 'something else'}`, () =>
    assert.equal(meansOutOfMemory(message), expected));
