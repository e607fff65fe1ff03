import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeTexts } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import { rowDifference } from './row-difference.js';

function tensorOf(datatype: DataType, shape: readonly number[], data: ArrayBufferView): Tensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name: 'y', datatype, shape, data: bytes };
}

const floats = (...values: number[]): Float32Array => Float32Array.from(values);
const halves = (...bits: number[]): Uint16Array => Uint16Array.from(bits);
const longs = (...values: bigint[]): BigInt64Array => BigInt64Array.from(values);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** An output [1,2] for row A, for row B, and [2,2] for both. */
const values: [
  name: string,
  datatype: DataType,
  a: ArrayBufferView,
  b: ArrayBufferView,
  both: ArrayBufferView,
  difference: string | null,
][] = [
  ['equal floats', 'FP32', floats(1, 2), floats(3, 4), floats(1, 2, 3, 4), null],
  ['floats within a hundredth', 'FP32', floats(100, 2), floats(3, 4), floats(100.9, 2, 3, 3.97), null],
  ['small floats within a thousandth', 'FP32', floats(0, 2), floats(3, 4), floats(0.0009, 2, 3, 4), null],
  [
    'floats that differ',
    'FP32',
    floats(1, 2),
    floats(3, 4),
    floats(1, 2, 3, 4.1),
    "element 1 of row 1 of output 'y' is 4.1 in a batch and 4 alone",
  ],
  [
    'small floats that differ',
    'FP32',
    floats(0, 2),
    floats(3, 4),
    floats(0.0011, 2, 3, 4),
    "element 0 of row 0 of output 'y' is 0.0011 in a batch and 0 alone",
  ],
  ['rows that changed places', 'FP32', floats(1, 2), floats(3, 4), floats(3, 4, 1, 2), 'element 0 of row 0'],
  ['what is no number', 'FP32', floats(NaN, Infinity), floats(0, -0), floats(NaN, Infinity, -0, 0), null],
  ['infinity and a number', 'FP32', floats(Infinity, 0), floats(0, 0), floats(9, 0, 0, 0), 'is 9 in a batch'],
  ['halves within a hundredth', 'FP16', halves(0x3c00, 0), halves(0, 0), halves(0x3c01, 0, 0, 0), null],
  ['halves that differ', 'BF16', halves(0x3f80, 0), halves(0, 0), halves(0x4000, 0, 0, 0), 'is 2 in a batch'],
  ['equal integers', 'INT64', longs(1n, 2n), longs(3n, 4n), longs(1n, 2n, 3n, 4n), null],
  [
    'integers that differ by one in a million',
    'INT64',
    longs(1_000_000n, 2n),
    longs(3n, 4n),
    longs(1_000_001n, 2n, 3n, 4n),
    'is 1000001 in a batch and 1000000 alone',
  ],
  ['truth that differs', 'BOOL', bytes(1, 0), bytes(0, 0), bytes(1, 1, 0, 0), 'is 1 in a batch and 0 alone'],
  [
    'equal texts',
    'BYTES',
    encodeTexts(['a', 'bc']),
    encodeTexts(['', 'd']),
    encodeTexts(['a', 'bc', '', 'd']),
    null,
  ],
  [
    'texts that differ',
    'BYTES',
    encodeTexts(['a', 'bc']),
    encodeTexts(['', 'd']),
    encodeTexts(['a', 'b', 'c', 'd']),
    'element 1 of row 0 of output \'y\' is "b" in a batch and "bc" alone',
  ],
];

for (const [name, datatype, a, b, both, difference] of values) {
  test(`rows of a batch and alone: ${name}`, () => {
    const alone = [tensorOf(datatype, [1, 2], a), tensorOf(datatype, [1, 2], b)];
    const found = rowDifference(alone, tensorOf(datatype, [2, 2], both));
    if (difference === null) assert.equal(found, null);
    else assert.ok(found?.includes(difference), `${found}`);
  });
}

const shapes: [alone: number[], batch: number[], difference: string | null][] = [
  [[1], [2], null],
  [[1, 2, 3], [2, 2, 3], null],
  [[1, 2], [2, 3], "output 'y' has the shape [2,3] for 2 rows, [2,2] was expected"],
  [[1, 2], [1, 2], "output 'y' has the shape [1,2] for 2 rows, [2,2] was expected"],
  [[2, 2], [4, 2], "output 'y' has the shape [2,2] for one row"],
  [[], [], "output 'y' has the shape [] for one row"],
];

for (const [alone, batch, difference] of shapes) {
  test(`rows of shape [${alone}] alone and [${batch}] in a batch`, () => {
    const zeros = (shape: readonly number[]): Tensor =>
      tensorOf('UINT8', shape, new Uint8Array(shape.reduce((product, axis) => product * axis, 1)));
    assert.equal(rowDifference([zeros(alone), zeros(alone)], zeros(batch)), difference);
  });
}
