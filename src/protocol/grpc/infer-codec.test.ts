/** Our hand-written codec of the two hot messages, beside the runtime that reads and writes everything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { ServingError } from '#core/errors.js';
import { NO_SCHEDULE } from '#inference/request.js';
import type { InferenceResponse } from '#inference/response.js';
import { encodeByteStrings } from '#tensor/byte-strings.js';
import type { Tensor } from '#tensor/tensor.js';
import { decodeInferRequest } from './decode-infer.js';
import { encodeInferResponse } from './encode-infer.js';
import { ModelInferRequestSchema, ModelInferResponseSchema } from './gen/open_inference_grpc_pb.js';

type Request = MessageInitShape<typeof ModelInferRequestSchema>;

const encode = (request: Request): Uint8Array =>
  toBinary(ModelInferRequestSchema, create(ModelInferRequestSchema, request));

const full: Request = {
  modelName: 'mödel',
  modelVersion: '7',
  id: 'one',
  parameters: {
    flag: { parameterChoice: { case: 'boolParam', value: true } },
    off: { parameterChoice: { case: 'boolParam', value: false } },
    small: { parameterChoice: { case: 'int64Param', value: -3n } },
    large: { parameterChoice: { case: 'int64Param', value: -(2n ** 60n) } },
    text: { parameterChoice: { case: 'stringParam', value: 'x' } },
    real: { parameterChoice: { case: 'doubleParam', value: 0.5 } },
    most: { parameterChoice: { case: 'uint64Param', value: 2n ** 64n - 1n } },
  },
  inputs: [
    {
      name: 'a',
      datatype: 'INT16',
      shape: [2n, 3n],
      parameters: { k: { parameterChoice: { case: 'int64Param', value: 1n } } },
    },
    { name: 'b', datatype: 'BYTES', shape: [2n] },
  ],
  outputs: [
    { name: 'y' },
    { name: 'x', parameters: { classification: { parameterChoice: { case: 'int64Param', value: 2n } } } },
  ],
  rawInputContents: [new Uint8Array(12).fill(9), encodeByteStrings([Uint8Array.of(1), new Uint8Array(0)])],
};

test('a request with everything in it', () => {
  const message = encode(full);
  const { request, isTyped } = decodeInferRequest(message);
  assert.equal(isTyped, false);
  assert.deepEqual(request, {
    id: 'one',
    model: { name: 'mödel', version: '7' },
    inputs: [
      { name: 'a', datatype: 'INT16', shape: [2, 3], data: full.rawInputContents?.[0] },
      { name: 'b', datatype: 'BYTES', shape: [2], data: full.rawInputContents?.[1] },
    ],
    outputs: [
      { name: 'y', classes: 0 },
      { name: 'x', classes: 2 },
    ],
    schedule: NO_SCHEDULE,
    sequence: null,
    parameters: {
      flag: true,
      off: false,
      small: -3,
      large: -(2n ** 60n),
      text: 'x',
      real: 0.5,
      most: 2n ** 64n - 1n,
    },
  });
});

test('raw tensors are views of the message', () => {
  const message = encode(full);
  for (const { data } of decodeInferRequest(message).request.inputs)
    assert.equal(data.buffer, message.buffer);
});

test('an empty message asks for all outputs of no model', () => {
  const { request } = decodeInferRequest(new Uint8Array(0));
  assert.deepEqual(request, {
    id: null,
    model: { name: '', version: null },
    inputs: [],
    outputs: 'all',
    parameters: {},
    schedule: NO_SCHEDULE,
    sequence: null,
  });
});

test('unknown fields are passed over, and lists need not be packed', () => {
  // Field 100 as a varint, a group, 4 and 8 bytes; then an input: name, datatype, shape [1, 2] as two fields, contents
  // with 1 in one part and 2, unpacked, in another.
  const strangers = [
    0xa0, 6, 5, 0xa3, 6, 8, 1, 0xa4, 6, 0xa5, 6, 1, 2, 3, 4, 0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8,
  ];
  const input = [
    0x0a,
    1,
    97,
    0x12,
    5,
    ...Buffer.from('UINT8'),
    0x18,
    1,
    0x18,
    2,
    0x2a,
    3,
    0x22,
    1,
    1,
    0x2a,
    2,
    0x20,
    2,
  ];
  const { request, isTyped } = decodeInferRequest(
    Uint8Array.from([...strangers, 0x2a, input.length, ...input]),
  );
  assert.deepEqual(request.inputs, [
    { name: 'a', datatype: 'UINT8', shape: [1, 2], data: Uint8Array.of(1, 2) },
  ]);
  assert.equal(isTyped, true);
});

const outOfRange: [datatype: string, contents: object, sentence: RegExp][] = [
  [
    'UINT8',
    { uintContents: [0, 256] },
    /element 1 of input 'a' is 256, which UINT8 \(0\.\.255\) cannot hold/,
  ],
  ['UINT16', { uintContents: [0, 65536] }, /65536, which UINT16 \(0\.\.65535\)/],
  ['INT8', { intContents: [0, 128] }, /128, which INT8 \(-128\.\.127\)/],
  ['INT8', { intContents: [0, -129] }, /-129, which INT8/],
  ['INT16', { intContents: [0, 32768] }, /32768, which INT16 \(-32768\.\.32767\)/],
];

for (const [datatype, contents, sentence] of outOfRange) {
  test(`${JSON.stringify(contents)} is no ${datatype}`, () => {
    const message = encode({ inputs: [{ name: 'a', datatype, shape: [2n], contents }] });
    assert.throws(() => decodeInferRequest(message), { code: 'INVALID_ARGUMENT', message: sentence });
  });
}

test('a shape of many elements and little data allocates nothing', () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const contents of [{ uintContents: [1] }, undefined]) {
    const message = encode({
      inputs: [{ name: 'a', datatype: 'UINT8', shape: [2n ** 40n], ...(contents && { contents }) }],
    });
    assert.throws(() => decodeInferRequest(message), {
      code: 'INVALID_ARGUMENT',
      message: /needs 1099511627776$/,
    });
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
});

test('every truncation of a request is refused or is itself a request', () => {
  const typed = encode({
    modelName: 'm',
    inputs: [
      { name: 'a', datatype: 'INT64', shape: [2n], contents: { int64Contents: [1n, -1n] } },
      { name: 'b', datatype: 'BYTES', shape: [1n], contents: { bytesContents: [Uint8Array.of(1, 2)] } },
    ],
  });
  for (const message of [encode(full), typed]) {
    for (let length = 0; length < message.length; length++) tryToDecode(message.subarray(0, length));
  }
});

test('whatever a request is changed into, only errors of ours come of it', () => {
  const seeds = [
    encode(full),
    encode({
      modelName: 'm',
      inputs: [
        { name: 'a', datatype: 'UINT16', shape: [3n], contents: { uintContents: [1, 200, 65535] } },
        { name: 'b', datatype: 'FP32', shape: [2n], contents: { fp32Contents: [1, 2] } },
        {
          name: 'c',
          datatype: 'BYTES',
          shape: [2n],
          contents: { bytesContents: [Uint8Array.of(1), new Uint8Array(0)] },
        },
      ],
    }),
  ];
  let state = 1;
  const random = (below: number): number => {
    // Park and Miller's generator: the same bytes in every run.
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  let decoded = 0;
  for (let i = 0; i < 20_000; i++) {
    const message = Uint8Array.from(seeds[i % 2] ?? []);
    for (let changes = random(4); changes >= 0; changes--) message[random(message.length)] = random(256);
    if (tryToDecode(message)) decoded++;
  }
  assert.ok(decoded > 100 && decoded < 19_900, `${decoded} of 20000 could be read`);
});

/** Whether it is a request. Every tensor of it has as many bytes as it says. */
function tryToDecode(message: Uint8Array): boolean {
  try {
    const { request } = decodeInferRequest(message);
    for (const { data } of request.inputs) assert.ok(data.length <= message.length * 8);
    return true;
  } catch (thrown) {
    assert.ok(thrown instanceof ServingError, String(thrown));
    assert.ok(thrown.code === 'INVALID_ARGUMENT' || thrown.code === 'UNIMPLEMENTED', thrown.code);
    assert.ok(thrown.message.length < 500, thrown.message);
    return false;
  }
}

const timings = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };

function responseOf(...outputs: readonly Tensor[]): InferenceResponse {
  return { id: 'one', model: { name: 'm', version: '1', dialect: 'v2' }, outputs, timings };
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));

const bytes: Tensor = {
  name: 's',
  datatype: 'BYTES',
  shape: [1],
  data: encodeByteStrings([Uint8Array.of(7)]),
};
const int16: Tensor = {
  name: 'i',
  datatype: 'INT16',
  shape: [2],
  data: new Uint8Array(Int16Array.of(-2, 300).buffer),
};
const none: Tensor = { name: 'n', datatype: 'FP32', shape: [0, 4], data: new Uint8Array(0) };
const half: Tensor = { name: 'h', datatype: 'FP16', shape: [1], data: Uint8Array.of(0, 60) };

test('a raw answer, whose tensors are pieces of their own', () => {
  const pieces = encodeInferResponse(responseOf(bytes, none, int16), { isTyped: false });
  assert.ok(pieces.includes(bytes.data) && pieces.includes(int16.data));
  const { outputs, rawOutputContents, ...head } = fromBinary(ModelInferResponseSchema, joined(pieces));
  assert.deepEqual([head.modelName, head.modelVersion, head.id], ['m', '1', 'one']);
  assert.deepEqual(
    outputs.map(({ name, datatype, shape, contents }) => [name, datatype, shape, contents]),
    [
      ['s', 'BYTES', [1n], undefined],
      ['n', 'FP32', [0n, 4n], undefined],
      ['i', 'INT16', [2n], undefined],
    ],
  );
  assert.deepEqual(rawOutputContents, [bytes.data, none.data, int16.data]);
});

test('a typed answer, which has the raw bytes as well', () => {
  const message = joined(encodeInferResponse(responseOf(bytes, none, int16), { isTyped: true }));
  const { outputs, rawOutputContents } = fromBinary(ModelInferResponseSchema, message);
  assert.deepEqual(rawOutputContents, [bytes.data, none.data, int16.data]);
  assert.deepEqual(outputs[0]?.contents?.bytesContents, [Uint8Array.of(7)]);
  assert.deepEqual(outputs[1]?.contents?.fp32Contents, []);
  assert.deepEqual(outputs[2]?.contents?.intContents, [-2, 300]);
});

test('one output that has no typed form leaves all of them raw only', () => {
  const message = joined(encodeInferResponse(responseOf(int16, half), { isTyped: true }));
  const { outputs, rawOutputContents } = fromBinary(ModelInferResponseSchema, message);
  assert.deepEqual(rawOutputContents, [int16.data, half.data]);
  assert.deepEqual(
    outputs.map(({ contents }) => contents),
    [undefined, undefined],
  );
});

test('parameters of every kind are written', () => {
  const parameters = { a: true, b: -5, c: 'x', d: 0.5, e: 2n ** 64n - 1n, f: -(2n ** 60n) };
  const message = joined(encodeInferResponse(responseOf(), { isTyped: false, parameters }));
  const told = fromBinary(ModelInferResponseSchema, message).parameters;
  assert.deepEqual(
    Object.entries(told).map(([name, { parameterChoice }]) => [
      name,
      parameterChoice.case,
      parameterChoice.value,
    ]),
    [
      ['a', 'boolParam', true],
      ['b', 'int64Param', -5n],
      ['c', 'stringParam', 'x'],
      ['d', 'doubleParam', 0.5],
      ['e', 'uint64Param', 2n ** 64n - 1n],
      ['f', 'int64Param', -(2n ** 60n)],
    ],
  );
});
