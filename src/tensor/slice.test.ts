import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatRows } from './concat.js';
import { splitRows } from './slice.js';
import type { Tensor } from './tensor.js';

function numbers(shape: number[], values: number[]): Tensor {
  return { name: 'x', datatype: 'UINT16', shape, data: new Uint8Array(Uint16Array.from(values).buffer) };
}

function words(shape: number[], texts: string[]): Tensor {
  const parts = texts.map((text) => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(Buffer.byteLength(text));
    return Buffer.concat([prefix, Buffer.from(text)]);
  });
  return { name: 'x', datatype: 'BYTES', shape, data: new Uint8Array(Buffer.concat(parts)) };
}

test('rows are cut where they are told, and joined again', () => {
  const tensor = numbers([3, 2], [1, 2, 3, 4, 5, 6]);
  const parts = splitRows(tensor, [2, 0, 1]);
  assert.deepEqual(parts, [numbers([2, 2], [1, 2, 3, 4]), numbers([0, 2], []), numbers([1, 2], [5, 6])]);
  assert.equal(parts[0]?.data.buffer, tensor.data.buffer);
  const joined = concatRows(parts);
  assert.deepEqual(joined, tensor);
  assert.notEqual(joined.data.buffer, tensor.data.buffer);
});

test('rows of BYTES are as long as their elements', () => {
  const tensor = words([2, 2], ['a', '', 'long', 'é']);
  const parts = splitRows(tensor, [1, 1]);
  assert.deepEqual(parts, [words([1, 2], ['a', '']), words([1, 2], ['long', 'é'])]);
  assert.deepEqual(concatRows(parts), tensor);
});

test('rows of nothing are nothing', () => {
  assert.deepEqual(splitRows(numbers([2, 0], []), [1, 1]), [numbers([1, 0], []), numbers([1, 0], [])]);
  assert.deepEqual(splitRows(words([2, 0], []), [1, 1]), [words([1, 0], []), words([1, 0], [])]);
  assert.deepEqual(splitRows(numbers([0, 2], []), []), []);
});

test('rows that do not add up are refused', () => {
  const message = 'tensor "x" of shape [3] was expected to have 2 rows';
  assert.throws(() => splitRows(numbers([3], [1, 2, 3]), [1, 1]), { code: 'INVALID_ARGUMENT', message });
  assert.throws(() => splitRows(numbers([], [1]), [1]), { code: 'INVALID_ARGUMENT' });
});

test('BYTES that are not as many elements as the shape says are refused', () => {
  const two = words([1], ['a', 'b']);
  assert.throws(() => splitRows(two, [1]), {
    message: "tensor 'x' needs 1 BYTES elements, but its data has 5 bytes more",
  });
  assert.throws(() => splitRows({ ...two, shape: [3] }, [3]), {
    message: "tensor 'x' needs 3 BYTES elements, but its data ends after 2",
  });
  assert.throws(() => splitRows({ ...two, shape: [2], data: two.data.subarray(0, 8) }, [2]), {
    message: "element 1 of tensor 'x' needs 4 bytes for its length, but the data ends 1 byte before that",
  });
});

test('tensors that differ in more than their rows are not joined', () => {
  const tensor = numbers([1, 2], [1, 2]);
  assert.throws(() => concatRows([tensor, numbers([1, 3], [1, 2, 3])]), {
    code: 'INVALID_ARGUMENT',
    message: 'tensors "x" cannot be joined along their first axis: one is UINT16 [1,2], another UINT16 [1,3]',
  });
  assert.throws(() => concatRows([tensor, { ...tensor, datatype: 'INT16' }]), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => concatRows([numbers([], [1])]), { code: 'INVALID_ARGUMENT' });
});
