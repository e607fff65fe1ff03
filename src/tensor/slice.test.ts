import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST_SPARE_BYTES, spareBuffers } from '#core/spare-buffers.js';
import { randomElements } from '../../test/support/random-elements.js';
import { concatRows } from './concat.js';
import { DATATYPES } from './datatype.js';
import { elementCount } from './shape.js';
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

test('rows along another axis are cut out and joined again', () => {
  const tensor = numbers([2, 3], [1, 2, 3, 4, 5, 6]);
  const parts = splitRows(tensor, [1, 0, 2], 1);
  assert.deepEqual(parts, [numbers([2, 1], [1, 4]), numbers([2, 0], []), numbers([2, 2], [2, 3, 5, 6])]);
  assert.deepEqual(concatRows(parts, 1), tensor);
  const texts = words([2, 2], ['a', '', 'long', 'é']);
  const columns = splitRows(texts, [1, 1], 1);
  assert.deepEqual(columns, [words([2, 1], ['a', 'long']), words([2, 1], ['', 'é'])]);
  assert.deepEqual(concatRows(columns, 1), texts);
});

test('what is missing is zeros, and empty texts', () => {
  const tensor = numbers([1, 2], [1, 2]);
  assert.deepEqual(concatRows([tensor], 0, 3), numbers([3, 2], [1, 2, 0, 0, 0, 0]));
  assert.deepEqual(concatRows([tensor], 1, 3), numbers([1, 3], [1, 2, 0]));
  assert.deepEqual(concatRows([tensor, tensor], 0, 1), numbers([2, 2], [1, 2, 1, 2]));
  const texts = words([1, 2], ['a', 'b']);
  assert.deepEqual(concatRows([texts], 0, 2), words([2, 2], ['a', 'b', '', '']));
  assert.deepEqual(concatRows([texts], 1, 3), words([1, 3], ['a', 'b', '']));
});

test('faults along another axis say which', () => {
  const tensor = numbers([1, 2], [1, 2]);
  assert.throws(() => splitRows(tensor, [1], 1), {
    code: 'INVALID_ARGUMENT',
    message: 'tensor "x" of shape [1,2] was expected to have 1 rows along axis 1',
  });
  assert.throws(() => splitRows(tensor, [1], 2), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => concatRows([tensor, numbers([2, 2], [1, 2, 3, 4])], 1), {
    code: 'INVALID_ARGUMENT',
    message: 'tensors "x" cannot be joined along axis 1: one is UINT16 [1,2], another UINT16 [2,2]',
  });
  assert.throws(() => concatRows([tensor], 2), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => concatRows([]), { code: 'INVALID_ARGUMENT' });
});

test('a tensor that has not the bytes of its shape is not joined to another', () => {
  const tensor = numbers([1, 2], [1, 2]);
  assert.throws(() => concatRows([{ ...tensor, data: tensor.data.subarray(0, 2) }, tensor]), RangeError);
});

const wholes: [shape: number[], axis: number, rows: number[]][] = [
  [[5], 0, [1, 4]],
  [[5, 3], 0, [2, 0, 3]],
  [[3, 5], 1, [2, 3]],
  [[3, 50, 2], 1, [40, 1, 9]],
  [[2, 3, 4, 5], 2, [1, 3]],
  [[2, 3, 4, 5], 3, [5]],
  [[0, 4], 1, [2, 2]],
  [[2, 0, 4], 2, [1, 3]],
];

for (const datatype of DATATYPES) {
  test(`what is cut is the same when it is joined: ${datatype}`, () => {
    for (const [shape, axis, rows] of wholes) {
      const data = randomElements(datatype, elementCount(shape), true);
      const tensor: Tensor = { name: 'x', datatype, shape, data };
      const parts = splitRows(tensor, rows, axis);
      assert.deepEqual(
        parts.map((part) => part.shape),
        rows.map((count) => shape.with(axis, count)),
      );
      assert.deepEqual(concatRows(parts, axis), tensor);
    }
  });
}

test('large rows are joined in a buffer that lies ready, and nothing of it shows', () => {
  const used = new ArrayBuffer(LEAST_SPARE_BYTES * 2);
  new Uint8Array(used).fill(0xaa);
  spareBuffers.give(used);
  const row = { ...numbers([1, LEAST_SPARE_BYTES / 2], []), data: new Uint8Array(LEAST_SPARE_BYTES).fill(1) };
  const joined = concatRows([row], 0, 2);
  assert.equal(joined.data.buffer, used);
  assert.deepEqual(joined.data, new Uint8Array(LEAST_SPARE_BYTES * 2).fill(1, 0, LEAST_SPARE_BYTES));
});
