import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { encodeByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES, DATATYPES } from '#tensor/datatype.js';
import { type DecodedInfer, decodeInferRequest } from './decode-infer.js';
import { splitBody } from './inference-header.js';

const MODEL = { name: 'm', version: null };

/** A body: a JSON text, the bytes behind it, and the header, which is right unless another is given. */
function decode(json: string, blobs: Uint8Array, header: string | null = null): DecodedInfer {
  const head = Buffer.from(json);
  return decodeInferRequest(splitBody(joined(head, blobs), header ?? String(head.length)), MODEL);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function input(name: string, datatype: string, shape: readonly number[], rest: string): string {
  return `{"name":"${name}","shape":[${shape.join()}],"datatype":"${datatype}",${rest}}`;
}

function inputs(...list: readonly string[]): string {
  return `{"inputs":[${list.join()}]}`;
}

const sized = (size: unknown): string => `"parameters":{"binary_data_size":${size}}`;
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const NOTHING = bytes();

test('binary inputs take their bytes in the order of the request, and JSON ones take none', () => {
  const json = inputs(
    input('a', 'UINT8', [3], sized(3)),
    input('b', 'FP32', [1], '"data":[1]'),
    `{${sized(2)},"datatype":"FP16","shape":[1],"name":"c"}`,
    input('d', 'BYTES', [2], sized(10)),
    input('e', 'INT64', [0], sized(0)),
    input('f', 'BYTES', [0, 5], sized(0)),
    input('g', 'FP64', [], sized('8.0')),
  );
  const strings = encodeByteStrings([bytes(0xff, 0), NOTHING]);
  const eight = bytes(1, 2, 3, 4, 5, 6, 7, 8);
  const { request } = decode(json, joined(bytes(7, 8, 9), bytes(0, 0x3c), strings, eight));
  assert.deepEqual(
    request.inputs.map(({ name, shape, data }) => [name, shape, [...data]]),
    [
      ['a', [3], [7, 8, 9]],
      ['b', [1], [0, 0, 0x80, 0x3f]],
      ['c', [1], [0, 0x3c]],
      ['d', [2], [...strings]],
      ['e', [0], []],
      ['f', [0, 5], []],
      ['g', [], [...eight]],
    ],
  );
});

test('binary tensors are views of the body: nothing is copied', () => {
  const head = Buffer.from(inputs(input('a', 'UINT8', [4], sized(4))));
  const body = joined(head, bytes(1, 2, 3, 4));
  const { request } = decodeInferRequest(splitBody(body, String(head.length)), MODEL);
  assert.equal(request.inputs[0]?.data.buffer, body.buffer);
  assert.equal(request.inputs[0]?.data.byteOffset, head.length);
});

for (const datatype of DATATYPES.filter((each) => each !== 'BYTES')) {
  test(`${datatype} takes exactly elements x size, at rank 8 too`, () => {
    const size = 6 * DATATYPE_BYTES[datatype];
    const shape = [1, 2, 1, 1, 3, 1, 1, 1];
    const ask = (given: number): DecodedInfer =>
      decode(inputs(input('x', datatype, shape, sized(given))), new Uint8Array(given));
    assert.equal(ask(size).request.inputs[0]?.data.byteLength, size);
    for (const wrong of [0, size - 1, size + 1]) {
      assert.throws(
        () => ask(wrong),
        refusal(
          `input byte size mismatch for input 'x' for model 'm'. Expected ${size}, got ${wrong}: its shape is [1,2,1,1,3,1,1,1] and its datatype ${datatype}`,
        ),
      );
    }
  });
}

const one = input('x', 'UINT8', [4], sized(4));
const four = bytes(1, 2, 3, 4);
const rule =
  "Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But";

const refused: [why: string, json: string, blobs: Uint8Array, message: string | RegExp][] = [
  [
    'left-over bytes',
    inputs(one),
    bytes(1, 2, 3, 4, 5),
    "unexpected additional input data for model 'm': 1 byte behind the last binary input",
  ],
  [
    'bytes and no binary input',
    inputs(),
    four,
    "unexpected additional input data for model 'm': 4 bytes behind the last binary input",
  ],
  [
    'missing bytes',
    inputs(one),
    bytes(1, 2, 3),
    "unexpected size for input 'x', expecting 1 additional bytes for model 'm'",
  ],
  [
    'no bytes',
    inputs(one, input('y', 'UINT8', [4], sized(4))),
    four,
    "unexpected size for input 'y', expecting 4 additional bytes for model 'm'",
  ],
  [
    'data too',
    inputs(input('x', 'UINT8', [4], `"data":[1,2,3,4],${sized(4)}`)),
    four,
    `${rule} set 'data' 'binary_data_size', at 'inputs[0]'`,
  ],
  [
    'neither',
    inputs(input('x', 'UINT8', [4], '"parameters":{}')),
    four,
    `'inputs[0].data' is missing: ${rule} no field is set`,
  ],
  [
    'a negative size',
    inputs(input('x', 'UINT8', [4], sized(-4))),
    four,
    "'inputs[0].parameters.binary_data_size' must be a non-negative integer, but is -4",
  ],
  [
    'a fraction',
    inputs(input('x', 'UINT8', [4], sized(4.5))),
    four,
    "'inputs[0].parameters.binary_data_size' must be a non-negative integer, but is 4.5",
  ],
  [
    'text',
    inputs(input('x', 'UINT8', [4], sized('"4"'))),
    four,
    `'inputs[0].parameters.binary_data_size' must be a non-negative integer, but is "4"`,
  ],
  [
    'a boolean',
    inputs(input('x', 'UINT8', [4], sized('true'))),
    four,
    "'inputs[0].parameters.binary_data_size' must be a non-negative integer, but is true",
  ],
  [
    'a size beyond the body',
    inputs(input('x', 'UINT8', [4], sized(2 ** 53))),
    four,
    /^unexpected size for input 'x', expecting 9007199254740988 additional bytes for model 'm'$/,
  ],
  [
    'a size of 64 bits',
    inputs(input('x', 'UINT8', [4], sized('18446744073709551615'))),
    four,
    /^unexpected size for input 'x', expecting 18446744073709552000 additional/,
  ],
  [
    'a size beyond 64 bits',
    inputs(input('x', 'UINT8', [4], sized('18446744073709551616'))),
    four,
    /at most 64 bits/,
  ],
  [
    'a size that no number holds',
    inputs(input('x', 'UINT8', [4], sized('1e400'))),
    four,
    /must be a finite number/,
  ],
  [
    'a shape whose product overflows',
    inputs(input('x', 'UINT8', [4294967296, 4294967296], sized(4))),
    four,
    /Expected 18446744073709551616, got 4/,
  ],
  [
    'a shape of BYTES whose product overflows',
    inputs(input('x', 'BYTES', [4294967296, 4294967296], sized(4))),
    bytes(0, 0, 0, 0),
    /Expected at least 73786976294838206464, got 4/,
  ],
  [
    'more BYTES elements than their lengths leave room for',
    inputs(input('x', 'BYTES', [2], sized(4))),
    bytes(0, 0, 0, 0),
    /Expected at least 8, got 4/,
  ],
  [
    'BYTES that end inside an element',
    inputs(input('x', 'BYTES', [1], sized(6))),
    bytes(3, 0, 0, 0, 97, 97),
    "element 0 of input 'x' is 3 bytes long, but the data ends 1 byte before that",
  ],
  [
    'BYTES that lie about a length',
    inputs(input('x', 'BYTES', [1], sized(4))),
    bytes(255, 255, 255, 255),
    "element 0 of input 'x' is 4294967295 bytes long, but the data ends 4294967295 bytes before that",
  ],
  [
    'BYTES with more behind',
    inputs(input('x', 'BYTES', [1], sized(5))),
    bytes(0, 0, 0, 0, 1),
    "input 'x' needs 1 BYTES elements, but its data has 1 byte more",
  ],
  [
    'BYTES that end inside a length',
    inputs(input('x', 'BYTES', [2], sized(9))),
    bytes(2, 0, 0, 0, 97, 97, 0, 0, 0),
    /element 1 of input 'x' needs 4 bytes for its length/,
  ],
  [
    'base64 in binary data',
    inputs(input('x', 'BYTES', [1], '"parameters":{"binary_data_size":4,"content_type":"base64"}')),
    bytes(0, 0, 0, 0),
    "'inputs[0].parameters.content_type' is 'base64', but input 'x' is binary data, which is never base64",
  ],
];

for (const [why, json, blobs, message] of refused) {
  test(`refused: ${why}`, () => assert.throws(() => decode(json, blobs), refusal(message)));
}

const MUST_BE =
  "the header Inference-Header-Content-Length must be the number of bytes of the request's JSON, but is";
const badHeaders: [header: string, message: string | RegExp][] = [
  ['abc', `${MUST_BE} 'abc'`],
  ['', `${MUST_BE} ''`],
  ['-1', `${MUST_BE} '-1'`],
  ['1.5', `${MUST_BE} '1.5'`],
  ['0x10', `${MUST_BE} '0x10'`],
  ['1e2', `${MUST_BE} '1e2'`],
  ['12, 12', `${MUST_BE} '12, 12'`],
  ['9'.repeat(400), /says that the request's JSON has 9{60}… bytes, but the whole body has \d+$/],
  ['100000', /says that the request's JSON has 100000 bytes, but the whole body has \d+$/],
  ['40', /^failed to parse the request JSON buffer/],
];

for (const [header, message] of badHeaders) {
  test(`refused: the header ${header.slice(0, 20)}`, () => {
    assert.throws(() => decode(inputs(one), four, header), refusal(message));
  });
}

test('binary_data_size without the header is refused in the words of Triton', () => {
  const json = Buffer.from(inputs(one));
  assert.throws(
    () => decodeInferRequest(splitBody(json, undefined), MODEL),
    refusal(
      "must specify valid 'Infer-Header-Content-Length' in request header and 'binary_data_size' when passing inputs in binary data format: " +
        "'inputs[0].parameters.binary_data_size' is given, but the header Inference-Header-Content-Length is missing",
    ),
  );
});

test('a header that counts the whole body is plain JSON', () => {
  const { request } = decode(inputs(input('x', 'UINT8', [2], '"data":[1,2]')), NOTHING);
  assert.deepEqual(request.inputs[0]?.data, bytes(1, 2));
});

/** Which outputs are binary, by the flags of a request. */
const wishes: [request: string, listed: string, form: [a: boolean, b: boolean, others: boolean]][] = [
  ['', '', [false, false, false]],
  ['"binary_data_output":true', '', [true, true, true]],
  ['"binary_data_output":false', '', [false, false, false]],
  ['', '{"name":"a","parameters":{"binary_data":true}},{"name":"b"}', [true, false, false]],
  [
    '"binary_data_output":true',
    '{"name":"a","parameters":{"binary_data":false}},{"name":"b"}',
    [false, true, true],
  ],
  [
    '"binary_data_output":true',
    '{"name":"a","parameters":{"content_type":"base64"}},{"name":"b","parameters":null}',
    [false, true, true],
  ],
];

for (const [parameters, listed, expected] of wishes) {
  test(`outputs [${listed}] with {${parameters}} are binary: ${expected.join()}`, () => {
    const { form } = decode(`{"inputs":[],"outputs":[${listed}],"parameters":{${parameters}}}`, NOTHING);
    const binary = ['a', 'b', 'c'].map((name) => (form.listed.get(name) ?? form.others).binary);
    assert.deepEqual(binary, expected);
  });
}

const badWishes: [request: string, listed: string, message: string][] = [
  ['"binary_data_output":1', '', "'parameters.binary_data_output' must be true or false, but is 1"],
  ['"fp16_json":"yes"', '', `'parameters.fp16_json' must be true or false, but is "yes"`],
  [
    '',
    '{"name":"a","parameters":{"binary_data":"true"}}',
    `'outputs[0].parameters.binary_data' must be true or false, but is "true"`,
  ],
  [
    '',
    '{"name":"a","parameters":{"binary_data":true,"content_type":"base64"}}',
    "'outputs[0].parameters' asks for binary data and, with content_type, for base64: an output is one or the other",
  ],
];

for (const [parameters, listed, message] of badWishes) {
  test(`refused: ${message}`, () => {
    const json = `{"inputs":[],"outputs":[${listed}],"parameters":{${parameters}}}`;
    assert.throws(() => decode(json, NOTHING), refusal(message));
  });
}

/** A small binary request with everything in it. */
const SAMPLE_JSON = `{"id":"a","inputs":[${input('x', 'FP32', [2], sized(8))},${input('y', 'BYTES', [3], sized(17))},${input('z', 'BOOL', [1], '"data":[true]')},${input('u', 'UINT8', [3], sized(3))}],"outputs":[{"name":"o","parameters":{"binary_data":true}}]}`;
const SAMPLE_BLOBS = joined(
  new Uint8Array(8).fill(0x3f),
  encodeByteStrings([bytes(1, 2), NOTHING, bytes(9, 9, 9)]),
  bytes(1, 2, 3),
);

test('every beginning of a binary request is refused, and in words', () => {
  const body = joined(Buffer.from(SAMPLE_JSON), SAMPLE_BLOBS);
  const header = String(SAMPLE_JSON.length);
  decodeInferRequest(splitBody(body, header), MODEL);
  for (let length = 0; length < body.length; length++) {
    assert.throws(() => decodeInferRequest(splitBody(body.subarray(0, length), header), MODEL), refusal(/./));
  }
});

test('20,000 damaged binary requests are read or refused, and no tensor reaches beyond the body', () => {
  const roll = dice(11);
  const body = joined(Buffer.from(SAMPLE_JSON), SAMPLE_BLOBS);
  let [refusals, read] = [0, 0];
  for (let i = 0; i < 20_000; i++) {
    const damaged = body.slice(0, roll(4) === 0 ? roll(body.length + 1) : body.length);
    for (let hits = roll(4); hits > 0 && damaged.length > 0; hits--) {
      const at = roll(damaged.length);
      const choices = [
        roll(256),
        damaged[roll(damaged.length)] ?? 0,
        '"[]{},:-.e0123456789'.charCodeAt(roll(20)),
      ];
      damaged[at] = choices[roll(3)] ?? 0;
    }
    const header = [SAMPLE_JSON.length, SAMPLE_JSON.length + roll(5) - 2, roll(body.length * 2)][roll(3)];
    try {
      const { request } = decodeInferRequest(splitBody(damaged, String(header)), MODEL);
      const claimed = request.inputs.filter(({ data }) => data.buffer === damaged.buffer);
      assert.ok(claimed.reduce((sum, { data }) => sum + data.byteLength, 0) <= damaged.length);
      for (const { data } of claimed) assert.ok(data.byteOffset + data.byteLength <= damaged.length);
      read++;
    } catch (error) {
      assert.ok(error instanceof ServingError && error.code !== 'INTERNAL', `${error}`);
      refusals++;
    }
  }
  assert.ok(read > 1000 && refusals > 1000, `${read} read, ${refusals} refused`);
});

/** The same numbers in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

function refusal(message: string | RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ServingError, String(error));
    assert.equal(error.code, 'INVALID_ARGUMENT');
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
}
