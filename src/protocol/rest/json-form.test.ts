import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import type { Tensor } from '#tensor/tensor.js';
import { decodeInferRequest } from './decode-infer.js';
import { encodeInferResponse } from './encode-infer.js';

const MODEL = { name: 'm', version: null };

/** The bytes that a request's first input comes to. */
function read(json: string): number[] {
  return [
    ...(decodeInferRequest({ json: Buffer.from(json), blobs: null }, MODEL).request.inputs[0]?.data ?? []),
  ];
}

/** What is written between the brackets of an output's object, for a request's wishes. */
function written(output: Tensor, outputs: string, parameters: string): string {
  const json = Buffer.from(`{"inputs":[],"outputs":${outputs},"parameters":${parameters}}`);
  const { form } = decodeInferRequest({ json, blobs: null }, MODEL);
  const model = { name: 'm', version: '1', dialect: 'v2' } as const;
  const timings = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };
  const text = encodeInferResponse({ id: null, model, outputs: [output], timings }, form).json.toString();
  return text.slice(text.indexOf('"outputs":[{') + 12, -3);
}

const halves = '"datatype":"FP16","shape":[3],"data":[1,[-2,0.1]]';
const halfBytes = [0, 0x3c, 0, 0xc0, 0x66, 0x2e];

const readable: [why: string, json: string, bytes: number[]][] = [
  [
    'the input says it before its data',
    `{"inputs":[{"name":"x","parameters":{"fp16_json":true},${halves}}]}`,
    halfBytes,
  ],
  [
    'the input says it behind its data',
    `{"inputs":[{"name":"x",${halves},"parameters":{"fp16_json":true}}]}`,
    halfBytes,
  ],
  [
    'the request says it before',
    `{"parameters":{"fp16_json":true},"inputs":[{"name":"x",${halves}}]}`,
    halfBytes,
  ],
  [
    'the request says it behind',
    `{"inputs":[{"name":"x",${halves}}],"parameters":{"fp16_json":true}}`,
    halfBytes,
  ],
  [
    'BF16, NaN and the infinities',
    '{"inputs":[{"name":"x","datatype":"BF16","shape":[4],"data":[1,NaN,-Infinity,Inf],"parameters":{"fp16_json":true}}]}',
    [0x80, 0x3f, 0xc0, 0x7f, 0x80, 0xff, 0x80, 0x7f],
  ],
  [
    'base64 with an escaped slash, and behind its data',
    '{"inputs":[{"name":"x","datatype":"BYTES","shape":[2],"data":["\\/\\/79",""],"parameters":{"content_type":"base64"}}]}',
    [3, 0, 0, 0, 0xff, 0xfe, 0xfd, 0, 0, 0, 0],
  ],
  [
    'any other content_type says nothing',
    '{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":["QQ=="],"parameters":{"content_type":"str"}}]}',
    [4, 0, 0, 0, 81, 81, 61, 61],
  ],
];

for (const [why, json, bytes] of readable) test(`read: ${why}`, () => assert.deepEqual(read(json), bytes));

const refused: [json: string, message: string][] = [
  [
    `{"inputs":[{"name":"x",${halves},"parameters":{"fp16_json":false}}],"parameters":{"fp16_json":true}}`,
    'receiving FP16 data via JSON is not supported. Please use the binary data format for input x, or say "fp16_json": true in its parameters and send numbers',
  ],
  [
    '{"inputs":[{"name":"x","datatype":"FP16","shape":[2],"data":[1,65520],"parameters":{"fp16_json":true}}]}',
    "element 1 of input 'x' is 65520, which FP16 (±65504) cannot hold",
  ],
  [
    '{"inputs":[{"name":"x","datatype":"BF16","shape":[1],"data":["1"],"parameters":{"fp16_json":true}}]}',
    `element 0 of input 'x' is "1", but BF16 takes numbers`,
  ],
  [
    '{"inputs":[{"name":"x","datatype":"FP16","shape":[1],"data":[1,2],"parameters":{"fp16_json":true}}]}',
    "input 'x' has 2 elements but its shape [1] needs 1",
  ],
  [
    '{"inputs":[{"name":"x","datatype":"BYTES","shape":[2],"data":["QQ==","Q!=="],"parameters":{"content_type":"base64"}}]}',
    "element 1 of input 'x' is not base64, as its content_type says: there is '!' at character 1, which is no digit of base64",
  ],
  [
    '{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1],"parameters":{"content_type":"base64"}}]}',
    "'inputs[0].parameters.content_type' is 'base64', which is for BYTES, but input 'x' is FP32",
  ],
];

for (const [json, message] of refused) {
  test(`refused: ${message}`, () => {
    assert.throws(
      () => read(json),
      (error) =>
        error instanceof ServingError && error.message === message && error.code === 'INVALID_ARGUMENT',
    );
  });
}

function output(datatype: 'FP16' | 'BF16' | 'BYTES', data: readonly number[], count: number): Tensor {
  return { name: 'y', datatype, shape: [count], data: Uint8Array.from(data) };
}

const fp16 = output('FP16', [0x66, 0x2e, 0, 0x80, 1, 0, 0xff, 0x7b, 0, 0xfc, 1, 0x7c], 6);
const text = output('BYTES', [2, 0, 0, 0, 0xff, 0, 0, 0, 0, 0], 2);
const head = (datatype: string, count: number): string =>
  `"name":"y","datatype":"${datatype}","shape":[${count}]`;

const writable: [why: string, tensor: Tensor, outputs: string, parameters: string, text: string][] = [
  [
    'numbers for the whole request',
    fp16,
    '[]',
    '{"fp16_json":true}',
    `${head('FP16', 6)},"data":[0.1,-0,6e-8,65504,null,null]`,
  ],
  [
    'numbers for one output, NaN as a word',
    fp16,
    '[{"name":"y","parameters":{"fp16_json":true}}]',
    '{"nan_tokens":true}',
    `${head('FP16', 6)},"data":[0.1,-0,6e-8,65504,-Infinity,NaN]`,
  ],
  [
    'BF16',
    output('BF16', [0xcd, 0x3d, 0x80, 0x3f, 0x7f, 0x7f], 3),
    '[]',
    '{"fp16_json":true}',
    `${head('BF16', 3)},"data":[0.1,1,3.39e+38]`,
  ],
  [
    'base64, and the answer says so',
    text,
    '[{"name":"y","parameters":{"content_type":"base64"}}]',
    '{}',
    `${head('BYTES', 2)},"parameters":{"content_type":"base64"},"data":["/wA=",""]`,
  ],
  [
    'binary, without any data',
    text,
    '[{"name":"y","parameters":{"binary_data":true}}]',
    '{}',
    `${head('BYTES', 2)},"parameters":{"binary_data_size":10}`,
  ],
];

for (const [why, tensor, outputs, parameters, expected] of writable) {
  test(`written: ${why}`, () => assert.equal(written(tensor, outputs, parameters), expected));
}

test('base64 for an output that is not BYTES is refused', () => {
  assert.throws(
    () => written(fp16, '[{"name":"y","parameters":{"content_type":"base64"}}]', '{"fp16_json":true}'),
    /^ServingError: output 'y' was asked for with the content_type 'base64', which is for BYTES, but it is FP16$/,
  );
});
