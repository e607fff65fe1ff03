import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import type { Dialect } from '#inference/metadata.js';
import { encodeByteStrings } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import { decodeInferRequest } from './decode-infer.js';
import { encodeInferResponse } from './encode-infer.js';
import { PLAIN_JSON } from './json-form.js';

const TIMINGS = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };

function encode(dialect: Dialect, id: string | null, outputs: readonly Tensor[], nanTokens = false): string {
  const model = { name: 'mnist', version: '1', dialect };
  const form = { binary: false, json: PLAIN_JSON, nanTokens };
  const response = { id, model, outputs, timings: TIMINGS };
  return encodeInferResponse(response, { listed: new Map(), others: form }).json.toString();
}

function bytesOf(array: NodeJS.TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function tensor(
  datatype: DataType,
  elements: NodeJS.TypedArray,
  shape: number[] = [elements.length],
): Tensor {
  return { name: 'y', datatype, shape, data: bytesOf(elements) };
}

/** What stands between the brackets of an output's data. */
function dataText(output: Tensor, nanTokens = false): string {
  const text = encode('v2', null, [output], nanTokens);
  return text.slice(text.indexOf('"data":[') + 8, -4);
}

const digit = { ...tensor('UINT8', Uint8Array.of(0, 0, 0, 1, 0, 255, 0, 0, 0, 0), [1, 10]), name: '0' };

test('Furiosa answers with every key in its order', () => {
  assert.equal(
    encode('furiosa', null, [digit]),
    '{"model_name":"mnist","model_version":"1","id":null,"parameters":null,"outputs":[{"name":"0","shape":[1,10],' +
      '"datatype":"UINT8","parameters":null,"data":[0,0,0,1,0,255,0,0,0,0]}]}',
  );
  assert.match(encode('furiosa', 'a"b', []), /"id":"a\\"b","parameters":null,"outputs":\[\]}$/);
});

test('V2 answers as Triton does, without what is absent', () => {
  assert.equal(
    encode('v2', null, [digit, tensor('BOOL', Uint8Array.of(1, 0), [2, 1])]),
    '{"model_name":"mnist","model_version":"1","outputs":[{"name":"0","datatype":"UINT8","shape":[1,10],' +
      '"data":[0,0,0,1,0,255,0,0,0,0]},{"name":"y","datatype":"BOOL","shape":[2,1],"data":[true,false]}]}',
  );
  assert.equal(encode('v2', 'ü', []), '{"id":"ü","model_name":"mnist","model_version":"1","outputs":[]}');
});

const rows: [datatype: DataType, elements: NodeJS.TypedArray, text: string][] = [
  ['UINT8', Uint8Array.of(0, 9, 10, 99, 100, 255), '0,9,10,99,100,255'],
  ['INT8', Int8Array.of(-128, -1, 127), '-128,-1,127'],
  ['UINT16', Uint16Array.of(65535), '65535'],
  ['INT16', Int16Array.of(-32768), '-32768'],
  ['UINT32', Uint32Array.of(4294967295), '4294967295'],
  ['INT32', Int32Array.of(-2147483648, 2147483647), '-2147483648,2147483647'],
  ['UINT64', BigUint64Array.of(2n ** 64n - 1n, 0n), '18446744073709551615,0'],
  ['INT64', BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n), '-9223372036854775808,9007199254740993'],
  ['FP32', Float32Array.of(0.1, 1, -2.5, 0, -0, 16777216, 1 / 3), '0.1,1,-2.5,0,-0,16777216,0.33333334'],
  ['FP32', Float32Array.of(1e-6, 1e-7, 1.5e-7, 0.000123, 1e-45), '0.000001,1e-7,1.5e-7,0.000123,1e-45'],
  [
    'FP32',
    Float32Array.of(1e20, 1.5e20, 1e21, 3.4028235e38),
    '100000000000000000000,150000000000000000000,1e+21,3.4028235e+38',
  ],
  ['FP32', Float32Array.of(33554432, 123456.78, 2 ** 90), '33554432,123456.78,1.2379401e+27'],
  ['FP64', Float64Array.of(0.1, 5e-324, -0, 1e21, 1 / 3), '0.1,5e-324,-0,1e+21,0.3333333333333333'],
  ['FP32', Float32Array.of(), ''],
];

for (const [datatype, elements, text] of rows) {
  test(`${datatype} is written as [${text}]`, () => {
    assert.equal(dataText(tensor(datatype, elements)), text);
  });
}

test('what JSON has no numbers for is null, or a word where words were asked for', () => {
  for (const output of [
    tensor('FP32', Float32Array.of(Number.NaN, Infinity, -Infinity, 1)),
    tensor('FP64', Float64Array.of(Number.NaN, Infinity, -Infinity, 1)),
  ]) {
    assert.equal(dataText(output), 'null,null,null,1');
    assert.equal(dataText(output, true), 'NaN,Infinity,-Infinity,1');
  }
});

test('BYTES are strings, escaped where they must be', () => {
  const words = ['', 'a"b\\c', '\0\n\u001f', 'ü€😀\u2028'];
  const data = encodeByteStrings(words.map((word) => new TextEncoder().encode(word)));
  const text = dataText({ name: 'y', datatype: 'BYTES', shape: [2, 2], data });
  assert.equal(text, words.map((word) => JSON.stringify(word)).join());
});

const refused: [output: Tensor, message: string][] = [
  [
    tensor('FP16', Uint16Array.of(0)),
    'sending FP16 data via JSON is not supported. Please use the binary data format for output y, or say "fp16_json": true in its parameters to get numbers',
  ],
  [
    tensor('BF16', Uint16Array.of(0)),
    'sending BF16 data via JSON is not supported. Please use the binary data format for output y, or say "fp16_json": true in its parameters to get numbers',
  ],
  [
    {
      name: 'y',
      datatype: 'BYTES',
      shape: [2],
      data: encodeByteStrings([Uint8Array.of(97), Uint8Array.of(0xff)]),
    },
    `element 1 of output 'y' is not UTF-8 text, so JSON cannot carry it. Please use the binary data format for output y ("binary_data": true in its parameters), or ask for base64 ("content_type": "base64")`,
  ],
];

for (const [output, message] of refused) {
  test(`refused: ${message}`, () => {
    assert.throws(
      () => encode('v2', null, [output]),
      (error) =>
        error instanceof ServingError && error.code === 'INVALID_ARGUMENT' && error.message === message,
    );
  });
}

test('tensors of every datatype come back from an answer as they went, wherever their bytes lie', () => {
  const bits = new Uint32Array(4000);
  for (let i = 0, state = 1; i < bits.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bits[i] = state;
  }
  for (const datatype of ['UINT8', 'INT16', 'UINT32', 'INT64', 'UINT64', 'FP32', 'FP64'] as const) {
    const random = bytesOf(bits);
    const count =
      random.length / { UINT8: 1, INT16: 2, UINT32: 4, INT64: 8, UINT64: 8, FP32: 4, FP64: 8 }[datatype];
    const shifted = new Uint8Array(random.length + 3);
    shifted.set(random, 3);
    const data = datatype.startsWith('FP') ? withoutNaN(shifted.subarray(3)) : shifted.subarray(3);
    const answer = encode('v2', null, [{ name: 'y', datatype, shape: [count], data }], true);
    const json = Buffer.from(answer.replace('"outputs"', '"inputs"'));
    const { request } = decodeInferRequest({ json, blobs: null }, { name: 'm', version: null });
    assert.deepEqual(request.inputs[0]?.data, new Uint8Array(data));
  }
});

/** Random bytes with a bit cleared in every exponent of FP32 and FP64, so that each number is finite. */
function withoutNaN(data: Uint8Array): Uint8Array {
  return data.map((byte, i) => (i % 4 === 3 ? byte & 0xbf : byte));
}
