import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { TracedTensor, TraceRecord } from '#inference/trace.js';
import { encodeByteStrings } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import { encodeTrace } from './encode-trace.js';
import { tensorText } from './tensor-text.js';

const record: TraceRecord = {
  id: 7,
  model: { name: 'm', version: '3' },
  requestId: null,
  timestamps: [],
  tensors: [],
};

const tensor: TracedTensor = {
  activity: 'TENSOR_QUEUE_INPUT',
  name: 'x',
  datatype: 'INT8',
  shape: [1, 2],
  byteSize: 2,
  data: Uint8Array.of(1, 255),
};

test('a trace is its head, its timestamps and its tensors, all with its id', () => {
  const timestamps = [{ name: 'REQUEST_START', ns: 5 }];
  assert.deepEqual(encodeTrace({ ...record, requestId: 'r', timestamps, tensors: [tensor] }), [
    { id: 7, model_name: 'm', model_version: 3, request_id: 'r' },
    { id: 7, timestamps },
    {
      id: 7,
      activity: 'TENSOR_QUEUE_INPUT',
      tensor: { name: 'x', data: '1,-1', shape: '1,2', dtype: 'INT8' },
    },
  ]);
});

const heads: [version: string, written: unknown][] = [
  ['1', 1],
  ['default', 'default'],
  ['1.10', '1.10'],
  ['12345678901234567890', '12345678901234567890'],
];

for (const [version, written] of heads) {
  test(`the version ${version} is written as ${JSON.stringify(written)}`, () => {
    assert.deepEqual(encodeTrace({ ...record, model: { name: 'm', version } }), [
      { id: 7, model_name: 'm', model_version: written },
    ]);
  });
}

test('of a tensor that is left out it is said why', () => {
  const large = { ...tensor, shape: [70000], byteSize: 70000, data: null };
  assert.deepEqual(encodeTrace({ ...record, tensors: [large] })[1], {
    id: 7,
    note: "TENSOR_QUEUE_INPUT: the tensor 'x' (INT8 [70000]) is left out: its 70000 bytes are too many",
  });
});

const bytes = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const texts: [datatype: DataType, data: Uint8Array, count: number, text: string][] = [
  ['BOOL', Uint8Array.of(0, 1), 2, '0,1'],
  ['UINT8', new Uint8Array(0), 0, ''],
  ['INT64', bytes(BigInt64Array.of(-(2n ** 63n), 1n)), 2, '-9223372036854775808,1'],
  ['FP32', bytes(Float32Array.of(0.5, Number.NaN, Number.NEGATIVE_INFINITY)), 3, '0.5,NaN,-Infinity'],
  ['FP16', bytes(Uint16Array.of(0x3c00, 0xc500, 0x0001, 0x7bff)), 4, '1,-5,5.960464477539063e-8,65504'],
  ['FP16', bytes(Uint16Array.of(0x7c00, 0xfc00, 0x7e00, 0x8000)), 4, 'Infinity,-Infinity,NaN,0'],
  ['BF16', bytes(Uint16Array.of(0x3f80, 0xc0a0, 0x7f80)), 3, '1,-5,Infinity'],
  ['BYTES', encodeByteStrings([Buffer.from('a"b'), Buffer.of(0xff)]), 2, '"a\\"b","\ufffd"'],
];

for (const [datatype, data, count, text] of texts) {
  test(`${datatype} as text: ${text}`, () => {
    assert.equal(tensorText({ ...tensor, datatype, shape: [count] }, data), text);
  });
}
