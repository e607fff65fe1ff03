import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES, type DataType } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { type Classification, classify } from './classify.js';

const ONE_OF_ALL: Classification = { classes: 1, labels: [], batchAxis: null };

function tensor(datatype: DataType, array: NodeJS.TypedArray, shape: number[] = [array.length]): Tensor {
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { name: 'y', datatype, shape, data };
}

function textsOf({ data, shape, datatype, name }: Tensor): readonly string[] {
  assert.deepEqual([name, datatype], ['y', 'BYTES']);
  const decoder = new TextDecoder();
  return decodeByteStrings(data, elementCount(shape), 'the answer').map((text) => decoder.decode(text));
}

const bytes = (...values: number[]): Tensor => tensor('UINT8', Uint8Array.from(values));
const table = (shape: number[]): Tensor => tensor('INT32', Int32Array.of(1, 9, 3, 8, 5, 7), shape);

const rows: [
  what: string,
  tensor: Tensor,
  parts: Partial<Classification>,
  shape: number[],
  texts: string[],
][] = [
  ['one of all', bytes(1, 3, 2), {}, [1], ['3:1']],
  ['two of three', bytes(1, 3, 2), { classes: 2 }, [2], ['3:1', '2:2']],
  ['no more than there are', bytes(1, 3), { classes: 9 }, [2], ['3:1', '1:0']],
  ['equal ones by position', bytes(4, 4, 4), { classes: 2 }, [2], ['4:0', '4:1']],
  ['labels', bytes(1, 3, 2), { classes: 3, labels: ['a', 'b', 'ü'] }, [3], ['3:1:b', '2:2:ü', '1:0:a']],
  ['fewer labels', bytes(1, 3, 2), { classes: 2, labels: ['a', 'b'] }, [2], ['3:1:b', '2:2']],
  ['an empty label', bytes(1, 3), { classes: 1, labels: ['a', ''] }, [1], ['3:1']],
  ['a label with a colon', bytes(1, 3), { labels: ['a', 'b:c'] }, [1], ['3:1:b:c']],
  ['each row of a batch', table([2, 3]), { classes: 2, batchAxis: 0 }, [2, 2], ['9:1', '3:2', '8:0', '7:2']],
  ['all elements without a batch axis', table([2, 3]), { classes: 3 }, [3], ['9:1', '8:3', '7:5']],
  [
    'rows along the second axis',
    table([3, 2]),
    { classes: 2, batchAxis: 1 },
    [2, 2],
    ['5:2', '3:1', '9:0', '8:1'],
  ],
  ['rows along the last axis', table([1, 2, 3]), { batchAxis: 2 }, [3, 1], ['8:1', '9:0', '7:1']],
  ['rows of several axes', table([1, 2, 3]), { batchAxis: 0 }, [1, 1], ['9:1']],
  [
    'rows of one element',
    table([6]),
    { classes: 2, batchAxis: 0 },
    [6, 1],
    ['1:0', '9:0', '3:0', '8:0', '5:0', '7:0'],
  ],
  ['a scalar', tensor('FP32', Float32Array.of(0.5), []), { classes: 3 }, [1], ['0.500000:0']],
  ['a batch of no rows', tensor('FP32', new Float32Array(0), [0, 4]), { batchAxis: 0 }, [0, 1], []],
  ['no elements', tensor('FP32', new Float32Array(0), [0]), {}, [0], []],
  ['NaN last', tensor('FP32', Float32Array.of(NaN, -1), [2]), { classes: 2 }, [2], ['-1.000000:1', 'nan:0']],
  ['INT8', tensor('INT8', Int8Array.of(-128, -1)), { classes: 2 }, [2], ['-1:1', '-128:0']],
  ['UINT16', tensor('UINT16', Uint16Array.of(65535)), {}, [1], ['65535:0']],
  ['INT16', tensor('INT16', Int16Array.of(-32768)), {}, [1], ['-32768:0']],
  ['UINT32', tensor('UINT32', Uint32Array.of(4294967295)), {}, [1], ['4294967295:0']],
  [
    'UINT64, exactly',
    tensor('UINT64', BigUint64Array.of(2n ** 64n - 2n, 2n ** 64n - 1n)),
    { classes: 2 },
    [2],
    ['18446744073709551615:1', '18446744073709551614:0'],
  ],
  [
    'INT64, exactly',
    tensor('INT64', BigInt64Array.of(2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n))),
    { classes: 3 },
    [3],
    ['9007199254740993:1', '9007199254740992:0', '-9223372036854775808:2'],
  ],
  [
    'FP64',
    tensor('FP64', Float64Array.of(0.1, 1e300)),
    { classes: 2 },
    [2],
    [`${BigInt(1e300)}.000000:1`, '0.100000:0'],
  ],
];

for (const [what, given, parts, shape, texts] of rows) {
  test(`${what}: ${texts.slice(0, 3).map((text) => text.slice(0, 30))}`, () => {
    const found = classify(given, { ...ONE_OF_ALL, ...parts });
    assert.deepEqual(found.shape, shape);
    assert.deepEqual(textsOf(found), texts);
  });
}

test('the bytes of an output may lie anywhere', () => {
  const odd = new Uint8Array(9);
  odd.set(new Uint8Array(Float32Array.of(0.25, 0.75).buffer), 1);
  const found = classify({ ...tensor('FP32', new Float32Array(0), [2]), data: odd.subarray(1) }, ONE_OF_ALL);
  assert.deepEqual(textsOf(found), ['0.750000:1']);
});

for (const datatype of ['BOOL', 'FP16', 'BF16', 'BYTES'] as const) {
  test(`${datatype} is refused`, () => {
    const data = new Uint8Array(DATATYPE_BYTES[datatype]);
    assert.throws(() => classify({ name: 'y', datatype, shape: [1], data }, ONE_OF_ALL), {
      code: 'INVALID_ARGUMENT',
      message: `class result not available for output 'y' due to unsupported type '${datatype}': classification takes UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP32, FP64`,
    });
  });
}

test('1 Mi elements are classified, in one row or in each, and one more is refused', () => {
  const most = 1024 * 1024;
  assert.deepEqual(textsOf(classify(bytesOf([most]), ONE_OF_ALL)), ['0:0']);
  assert.throws(() => classify(bytesOf([most + 1]), ONE_OF_ALL), {
    code: 'INVALID_ARGUMENT',
    message: `output 'y' of shape [1048577] cannot be classified: it has 1048577 elements, and the most is 1048576`,
  });
  const inRows = { ...ONE_OF_ALL, batchAxis: 0 };
  assert.deepEqual(textsOf(classify(bytesOf([2, most]), inRows)), ['0:0', '0:0']);
  assert.throws(() => classify(bytesOf([2, most + 1]), inRows), /it has 1048577 elements in a row, and/);
  const everything = { ...inRows, classes: most };
  assert.deepEqual(classify(bytesOf([1024, 1024]), everything).shape, [1024, 1024]);
  assert.throws(
    () => classify(bytesOf([1025, 1024]), everything),
    /cannot be classified: 1024 classes for each of 1025 rows are more than 1048576$/,
  );
});

function bytesOf(shape: number[]): Tensor {
  return tensor('UINT8', new Uint8Array(elementCount(shape)), shape);
}
