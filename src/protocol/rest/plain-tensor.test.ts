import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeTexts } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import { JsonReader } from './json-reader.js';
import { readPlainTensor } from './plain-tensor.js';

const encoder = new TextEncoder();

/** Reads the value in the middle of others. */
function read(json: string, datatype: DataType, shape: readonly number[], hasBatchAxis = false) {
  const reader = new JsonReader(encoder.encode(`{"other": "x", "x": ${json}, "y": 7}`));
  const found: Record<string, unknown> = {};
  reader.entries('', (key) => {
    if (key === 'x') found['x'] = readPlainTensor(reader, { name: 'x', datatype, shape }, hasBatchAxis);
    else found[key] = reader.description();
  });
  reader.end();
  // Whatever stands around the value is read as if it were alone.
  assert.deepEqual([found['other'], found['y']], ['"x"', '7']);
  return found['x'] as ReturnType<typeof readPlainTensor>;
}

const bytes = (array: NodeJS.TypedArray): Uint8Array => new Uint8Array(array.buffer);

const shapes: [json: string, spec: number[], hasBatchAxis: boolean, shape: number[]][] = [
  ['7', [], false, []],
  ['7', [1], false, [1]],
  ['7', [-1], false, [1]],
  ['7', [-1], true, [1]],
  ['7', [-1, 1], true, [1, 1]],
  ['7', [1, 1, 1], false, [1, 1, 1]],
  ['[7]', [], false, []],
  ['[1, 2, 3, 4]', [-1, 4], true, [1, 4]],
  ['[1, 2, 3, 4]', [-1, 4], false, [1, 4]],
  ['[1,2,3,4]', [-1, 2], false, [2, 2]],
  ['[1,2,3,4]', [2, 2], false, [2, 2]],
  ['[1,2,3,4]', [-1, -1], true, [1, 4]],
  ['[1,2,3,4]', [-1, 2, -1], true, [1, 2, 2]],
  ['[1,2,3,4]', [-1], false, [4]],
  ['[]', [-1], false, [0]],
  ['[]', [-1, 3], false, [0, 3]],
  ['[]', [0], false, [0]],
  ['[]', [-1, 0], false, [0, 0]],
];

for (const [json, spec, hasBatchAxis, shape] of shapes) {
  test(`${json} for [${spec}]${hasBatchAxis ? ' with a batch axis' : ''} has the shape [${shape}]`, () => {
    const found = read(json, 'INT16', spec, hasBatchAxis);
    assert.deepEqual([found.name, found.datatype, found.shape], ['x', 'INT16', shape]);
    const values = [JSON.parse(json)].flat();
    assert.deepEqual(found.data, bytes(Int16Array.from(values)));
  });
}

const elements: [json: string, datatype: DataType, data: Uint8Array][] = [
  ['true', 'BOOL', Uint8Array.of(1)],
  ['[false,true]', 'BOOL', Uint8Array.of(0, 1)],
  ['255', 'UINT8', Uint8Array.of(255)],
  ['-9223372036854775808', 'INT64', bytes(BigInt64Array.of(-(2n ** 63n)))],
  ['18446744073709551615', 'UINT64', bytes(BigUint64Array.of(2n ** 64n - 1n))],
  ['[9007199254740993, 1e2]', 'INT64', bytes(BigInt64Array.of(2n ** 53n + 1n, 100n))],
  ['0.1', 'FP32', bytes(Float32Array.of(0.1))],
  ['[NaN,-Infinity]', 'FP64', bytes(Float64Array.of(Number.NaN, -Infinity))],
  ['1', 'FP16', Uint8Array.of(0, 0x3c)],
  ['[1,-2]', 'BF16', Uint8Array.of(0x80, 0x3f, 0, 0xc0)],
  ['"a\\"b, ]ü"', 'BYTES', encodeTexts(['a"b, ]ü'])],
  ['["", "a/b="]', 'BYTES', encodeTexts(['', 'a/b='])],
];

for (const [json, datatype, data] of elements) {
  test(`${json} is ${datatype}`, () => assert.deepEqual(read(json, datatype, [-1]).data, data));
}

const refused: [json: string, datatype: DataType, spec: number[], hasBatchAxis: boolean, message: string][] =
  [
    ['[1,2,3]', 'FP32', [-1, 4], true, "input 'x' has 3 elements but its shape [1,4] needs 4"],
    ['7', 'FP32', [1, 4], false, "input 'x' has 1 element but its shape [1,4] needs 4"],
    ['[1,2]', 'FP32', [], false, "input 'x' has 2 elements but its shape [] needs 1"],
    [
      '[1,2,3]',
      'FP32',
      [-1, 2],
      false,
      "input 'x' has 3 elements but its shape [-1,2] needs a multiple of 2",
    ],
    ['[1]', 'FP32', [-1, 0], false, "input 'x' has 1 element but its shape [-1,0] needs a multiple of 0"],
    [
      '[1,2]',
      'FP32',
      [-1, -1],
      false,
      "the shape of input 'x' cannot be deduced from its elements, because more than one of its axes is open: it is [-1,-1]. Please use infer, where a request says its shapes",
    ],
    [
      '[1,[2]]',
      'FP32',
      [-1],
      false,
      "input 'x' must be one element or a flat array of them, but its element 1 is an array",
    ],
    [
      '[{}]',
      'FP32',
      [-1],
      false,
      "input 'x' must be one element or a flat array of them, but its element 0 is an object",
    ],
    ['{"a":1}', 'FP32', [1], false, "element 0 of input 'x' is an object, but FP32 takes numbers"],
    ['null', 'FP32', [1], false, "element 0 of input 'x' is null, but FP32 takes numbers"],
    ['"1"', 'FP32', [1], false, `element 0 of input 'x' is "1", but FP32 takes numbers`],
    ['1', 'BYTES', [1], false, "element 0 of input 'x' is 1, but BYTES takes strings"],
    ['1', 'BOOL', [1], false, "element 0 of input 'x' is 1, but BOOL takes true or false"],
    ['[1, 256]', 'UINT8', [2], false, "element 1 of input 'x' is 256, which UINT8 (0..255) cannot hold"],
    ['65520', 'FP16', [1], false, "element 0 of input 'x' is 65520, which FP16 (±65504) cannot hold"],
    [
      '[1 2]',
      'FP32',
      [2],
      false,
      "failed to parse the request JSON buffer: expected ',' or ']' but found '2' at byte 23",
    ],
    [
      '01',
      'FP32',
      [1],
      false,
      'failed to parse the request JSON buffer: a number must not begin with a superfluous zero at byte 20',
    ],
  ];

for (const [json, datatype, spec, hasBatchAxis, message] of refused) {
  test(`${json} is refused for ${datatype} [${spec}]${hasBatchAxis ? ' with a batch axis' : ''}`, () => {
    assert.throws(() => read(json, datatype, spec, hasBatchAxis), { code: 'INVALID_ARGUMENT', message });
  });
}
