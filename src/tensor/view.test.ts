import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATATYPE_BYTES, DATATYPES } from './datatype.js';
import { type FixedSizeType, viewOf } from './view.js';

const rows: [datatype: FixedSizeType, bytes: number[], expected: (number | bigint)[]][] = [
  ['BOOL', [0, 1], [0, 1]],
  ['UINT8', [255], [255]],
  ['INT8', [255], [-1]],
  ['UINT16', [1, 2, 255, 255], [513, 65535]],
  ['INT16', [255, 255], [-1]],
  ['UINT32', [255, 255, 255, 255], [4294967295]],
  ['INT32', [254, 255, 255, 255], [-2]],
  ['UINT64', [255, 255, 255, 255, 255, 255, 255, 255], [18446744073709551615n]],
  ['INT64', [0, 0, 0, 0, 0, 0, 0, 128], [-9223372036854775808n]],
  ['FP16', [0, 0x3c], [0x3c00]],
  ['BF16', [0x80, 0x3f], [0x3f80]],
  ['FP32', [0, 0, 0x80, 0x3f], [1]],
  ['FP64', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [1]],
];

for (const [datatype, bytes, expected] of rows) {
  test(`the bytes [${bytes}] are the ${datatype} elements [${expected}], wherever they lie`, () => {
    for (let offset = 0; offset < 8; offset++) {
      const buffer = new Uint8Array(offset + bytes.length);
      buffer.set(bytes, offset);
      assert.deepEqual(Array.from<number | bigint>(viewOf(buffer.subarray(offset), datatype)), expected);
    }
  });
}

test('a view shares memory that is aligned, and only then', () => {
  const buffer = new ArrayBuffer(12);
  assert.equal(viewOf(new Uint8Array(buffer, 4, 8), 'FP32').buffer, buffer);
  assert.notEqual(viewOf(new Uint8Array(buffer, 4, 8), 'FP64').buffer, buffer);
});

test('every datatype but BYTES has a view, of elements of its size', () => {
  const viewed = DATATYPES.filter((datatype): datatype is FixedSizeType => datatype !== 'BYTES');
  for (const datatype of viewed) {
    assert.equal(viewOf(new Uint8Array(8), datatype).BYTES_PER_ELEMENT, DATATYPE_BYTES[datatype]);
  }
});

test('half an element is refused', () => {
  assert.throws(() => viewOf(new Uint8Array(7), 'FP32'), /7 bytes are not a whole number of FP32 elements/);
});
