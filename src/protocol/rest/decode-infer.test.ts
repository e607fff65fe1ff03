import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { type InferenceRequest, NO_SCHEDULE } from '#inference/request.js';
import type { DataType } from '#tensor/datatype.js';
import { type FixedSizeType, viewOf } from '#tensor/view.js';
import { decodeInferRequest } from './decode-infer.js';

const MODEL = { name: 'm', version: null };

function decode(text: string): InferenceRequest {
  return decodeInferRequest({ json: Buffer.from(text), blobs: null }, MODEL).request;
}

/** A request with one input 'x'. */
function withInput(datatype: DataType, shape: string, data: string): string {
  return `{"inputs":[{"name":"x","shape":${shape},"datatype":"${datatype}","data":${data}}]}`;
}

/** The elements that the data of one input 'x' makes. */
function elements(datatype: FixedSizeType, count: number, data: string): (number | bigint)[] {
  const tensor = decode(withInput(datatype, `[${count}]`, data)).inputs[0];
  assert.ok(tensor !== undefined);
  assert.equal(tensor.data.byteOffset, 0);
  assert.equal(tensor.data.buffer.byteLength, tensor.data.byteLength);
  return Array.from<number | bigint>(viewOf(tensor.data, datatype));
}

function refuses(text: string, message: string | RegExp, code = 'INVALID_ARGUMENT'): void {
  assert.throws(
    () => decode(text),
    (error: unknown) => {
      assert.ok(error instanceof ServingError, String(error));
      assert.equal(error.code, code);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    },
  );
}

test('a whole request: id, parameters, two inputs, two outputs', () => {
  const request = decode(`{
    "id": "r-1", "parameters": {"a": 1, "b": "two", "c": true, "big": 9007199254740993, "least": -9223372036854775808},
    "model_name": "ignored", "unknown": [{"deep": [1, "]"]}, null, -1.5e3],
    "inputs": [
      {"name": "x", "shape": [1, 2], "datatype": "FP32", "parameters": {"content_type": "np"}, "data": [1, 2.5]},
      {"data": [["a"], ["ü\\u20ac\\ud83d\\ude00\\n"]], "datatype": "BYTES", "name": "y\\u0031", "shape": [2]}
    ],
    "outputs": [{"name": "b", "parameters": {"binary_data": true}}, {"name": "a"}]
  }`);
  assert.deepEqual(request, {
    id: 'r-1',
    model: MODEL,
    parameters: { a: 1, b: 'two', c: true, big: 9007199254740993n, least: -(2n ** 63n) },
    inputs: [
      {
        name: 'x',
        datatype: 'FP32',
        shape: [1, 2],
        data: new Uint8Array([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0x40]),
      },
      {
        name: 'y1',
        datatype: 'BYTES',
        shape: [2],
        data: new Uint8Array([1, 0, 0, 0, 97, 10, 0, 0, 0, ...Buffer.from('ü€😀\n')]),
      },
    ],
    outputs: [
      { name: 'b', classes: 0 },
      { name: 'a', classes: 0 },
    ],
    schedule: NO_SCHEDULE,
    sequence: null,
  });
});

const absent: [text: string, why: string][] = [
  ['{"inputs":[]}', 'nothing but inputs'],
  ['{"inputs":[],"id":null,"parameters":null,"outputs":null}', 'null for everything optional'],
  ['{"inputs":[],"outputs":[]}', 'no output asked for'],
  ['\ufeff {"inputs":[]}\r\n\t ', 'a byte order mark and white space around'],
  ['{"in\\u0070uts":[],"x":1,"x":2}', 'a known key in escapes, an unknown one twice'],
];

for (const [text, why] of absent) {
  test(`${why}: the defaults`, () => {
    assert.deepEqual(decode(text), {
      id: null,
      model: MODEL,
      inputs: [],
      outputs: 'all',
      parameters: {},
      schedule: NO_SCHEDULE,
      sequence: null,
    });
  });
}

test('the names that objects are born with are ordinary names', () => {
  const { parameters } = decode('{"inputs":[],"parameters":{"__proto__":1,"constructor":2}}');
  assert.deepEqual(Object.entries(parameters), [
    ['__proto__', 1],
    ['constructor', 2],
  ]);
});

test('the order of keys does not matter', () => {
  const fields = [
    '"name":"x"',
    '"shape":[1,2]',
    '"datatype":"INT16"',
    '"data":[[1],[-2]]',
    '"parameters":null',
  ];
  for (let turn = 0; turn < fields.length; turn++) {
    fields.push(fields.shift() ?? '');
    for (const order of [fields, [...fields].reverse()]) {
      const [x, y] = decode(
        `{"inputs":[{${order}},{"name":"y","datatype":"UINT8","shape":[],"data":[7]}]}`,
      ).inputs;
      assert.deepEqual(x, {
        name: 'x',
        datatype: 'INT16',
        shape: [1, 2],
        data: new Uint8Array([1, 0, 254, 255]),
      });
      assert.deepEqual(y?.data, new Uint8Array([7]));
    }
  }
});

const read: [datatype: FixedSizeType, data: string, expected: (number | bigint)[]][] = [
  ['BOOL', '[true,false , true]', [1, 0, 1]],
  ['UINT8', '[0,255,1.0,1e2,-0,2.50e1,0.0,0e999999999999999999999]', [0, 255, 1, 100, 0, 25, 0, 0]],
  ['INT8', '[-128,127]', [-128, 127]],
  ['UINT16', '[65535]', [65535]],
  ['INT16', '[-32768,32767]', [-32768, 32767]],
  ['UINT32', '[4294967295]', [4294967295]],
  ['INT32', '[-2147483648,2147483647,-1]', [-2147483648, 2147483647, -1]],
  [
    'UINT64',
    '[18446744073709551615,9007199254740993,1e19,0]',
    [2n ** 64n - 1n, 2n ** 53n + 1n, 10n ** 19n, 0n],
  ],
  [
    'INT64',
    '[-9223372036854775808,9223372036854775807,-1,-4294967296,-4294967297,9007199254740991,-9007199254740991]',
    [-(2n ** 63n), 2n ** 63n - 1n, -1n, -(2n ** 32n), -(2n ** 32n) - 1n, 2n ** 53n - 1n, 1n - 2n ** 53n],
  ],
  ['INT64', '[9007199254740992,-9007199254740993]', [2n ** 53n, -(2n ** 53n) - 1n]],
  ['FP32', '[0.1,-0,1e-60,16777217]', [Math.fround(0.1), -0, 0, 16777216]],
  ['FP32', '[NaN,Infinity,-Infinity,Inf,-Inf]', [Number.NaN, Infinity, -Infinity, Infinity, -Infinity]],
  ['FP64', '[0.1,5e-324,1.7976931348623157e308,-0.0]', [0.1, 5e-324, Number.MAX_VALUE, -0]],
  [
    'FP64',
    '[9007199254740993,0.30000000000000004,1E2,1e+2]',
    [9007199254740992, 0.30000000000000004, 100, 100],
  ],
  ['INT32', '[[1,2],[3],[],[[4]],5, [6 ] ]', [1, 2, 3, 4, 5, 6]],
  ['INT32', '[]', []],
  ['INT32', '[[],[]]', []],
];

for (const [datatype, data, expected] of read) {
  test(`${data} as ${datatype} is [${expected}]`, () => {
    assert.deepEqual(elements(datatype, expected.length, data), expected);
  });
}

const integers = 'which INT32 (-2147483648..2147483647) cannot hold';

const refused: [text: string, message: string][] = [
  ['', 'the request body is empty, but a JSON object was expected'],
  [' \n', 'the request body is empty, but a JSON object was expected'],
  ['[]', 'the request must be an object, but is an array'],
  ['12', 'the request must be an object, but is 12'],
  ['{}', "'inputs' is missing"],
  ['{"inputs":null}', "'inputs' must be an array, but is null"],
  ['{"inputs":{}}', "'inputs' must be an array, but is an object"],
  ['{"inputs":[1]}', "'inputs[0]' must be an object, but is 1"],
  ['{"inputs":[],"inputs":[]}', "'inputs' is given twice"],
  ['{"id":5,"inputs":[]}', "'id' must be a string, but is 5"],
  ['{"id":"a","id":null}', "'id' is given twice"],
  ['{"outputs":{}}', "'outputs' must be an array, but is an object"],
  ['{"outputs":[{}]}', "'outputs[0].name' is missing"],
  ['{"outputs":[{"name":"a"},{"name":"a"}]}', "output 'a' is requested twice"],
  ['{"parameters":[]}', "'parameters' must be an object, but is an array"],
  ['{"parameters":{"a":null}}', "'parameters.a' must be a string, a number or a boolean, but is null"],
  ['{"parameters":{"a":{}}}', "'parameters.a' must be a string, a number or a boolean, but is an object"],
  ['{"parameters":{"a":NaN}}', "'parameters.a' must be a string, a number or a boolean, but is NaN"],
  [
    '{"parameters":{"a":-Infinity}}',
    "'parameters.a' must be a string, a number or a boolean, but is -Infinity",
  ],
  ['{"parameters":{"a":1e999}}', "'parameters.a' must be a finite number, but is 1e999"],
  [
    '{"parameters":{"a":18446744073709551616}}',
    "'parameters.a' must be an integer of at most 64 bits, but is 18446744073709551616",
  ],
  ['{"parameters":{"a":1,"a":1}}', "'parameters.a' is given twice"],
  ['{"inputs":[{}]}', "'inputs[0].name' is missing"],
  ['{"inputs":[{"name":"x"}]}', "'inputs[0].shape' is missing"],
  ['{"inputs":[{"name":"x","data":[1],"shape":[1]}]}', "'inputs[0].datatype' is missing"],
  [
    '{"inputs":[{"name":"x","datatype":"FP32","shape":[1]}]}',
    "'inputs[0].data' is missing: Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', " +
      "'shared_memory_region' in 'parameters'. But no field is set",
  ],
  ['{"inputs":[{"name":"x","name":"x"}]}', "'inputs[0].name' is given twice"],
  ['{"inputs":[{"name":3}]}', "'inputs[0].name' must be a string, but is 3"],
  ['{"inputs":[{"shape":4}]}', "'inputs[0].shape' must be an array, but is 4"],
  ['{"inputs":[{"shape":[1,"2"]}]}', '\'inputs[0].shape[1]\' must be a non-negative integer, but is "2"'],
  ['{"inputs":[{"shape":[-1]}]}', "'inputs[0].shape[0]' must be an integer from 0 to 2^53-1, but is -1"],
  ['{"inputs":[{"shape":[1.5]}]}', "'inputs[0].shape[0]' must be an integer from 0 to 2^53-1, but is 1.5"],
  [
    '{"inputs":[{"shape":[9007199254740992]}]}',
    "'inputs[0].shape[0]' must be an integer from 0 to 2^53-1, but is 9007199254740992",
  ],
  [
    '{"inputs":[{"shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}]}',
    "'inputs[0].shape' has more than 16 axes, the most this server takes",
  ],
  [
    '{"inputs":[{"datatype":"FLOAT32"}]}',
    "'inputs[0].datatype' is 'FLOAT32', which is not a datatype: did you mean 'FP32'?",
  ],
  [
    '{"inputs":[{"datatype":"uint8"}]}',
    "'inputs[0].datatype' is 'uint8', which is not a datatype: did you mean 'UINT8'?",
  ],
  [
    '{"inputs":[{"datatype":"constructor"}]}',
    "'inputs[0].datatype' is 'constructor', which is not a datatype: expected one of BOOL, UINT8, UINT16, UINT32, " +
      'UINT64, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES',
  ],
  [withInput('FP32', '[1,4]', '[1,2,3]'), "input 'x' has 3 elements but its shape [1,4] needs 4"],
  [withInput('FP32', '[2]', '[1,2,3]'), "input 'x' has 3 elements but its shape [2] needs 2"],
  [withInput('INT64', '[0]', '[1]'), "input 'x' has 1 element but its shape [0] needs 0"],
  [withInput('BYTES', '[2]', '["a"]'), "input 'x' has 1 element but its shape [2] needs 2"],
  [withInput('BOOL', '[]', '[true,true]'), "input 'x' has 2 elements but its shape [] needs 1"],
  [
    withInput('FP64', '[1000000000]', '[1,2,3]'),
    "input 'x' has 3 elements but its shape [1000000000] needs 1000000000",
  ],
  [
    withInput('FP64', '[9007199254740991,9007199254740991]', '[1]'),
    "input 'x' has 1 element but its shape [9007199254740991,9007199254740991] needs 81129638414606663681390495662081",
  ],
  [withInput('FP32', '[1]', '5'), "'inputs[0].data' must be an array, but is 5"],
  [withInput('FP32', '[1]', 'null'), "'inputs[0].data' must be an array, but is null"],
  [
    withInput('UINT8', '[6]', '[1,2,3,4,5,300]'),
    "element 5 of input 'x' is 300, which UINT8 (0..255) cannot hold",
  ],
  [withInput('UINT8', '[1]', '[-1]'), "element 0 of input 'x' is -1, which UINT8 (0..255) cannot hold"],
  [withInput('INT32', '[1]', '[1.5]'), `element 0 of input 'x' is 1.5, ${integers}`],
  [withInput('INT32', '[1]', '[2147483648]'), `element 0 of input 'x' is 2147483648, ${integers}`],
  [withInput('INT32', '[1]', '[1e400]'), `element 0 of input 'x' is 1e400, ${integers}`],
  [withInput('INT32', '[1]', '[-Infinity]'), `element 0 of input 'x' is -Infinity, ${integers}`],
  [withInput('INT32', '[1]', '[NaN]'), `element 0 of input 'x' is NaN, ${integers}`],
  [
    withInput('UINT64', '[1]', '[18446744073709551616]'),
    "element 0 of input 'x' is 18446744073709551616, which UINT64 (0..18446744073709551615) cannot hold",
  ],
  [
    withInput('FP64', '[2]', '[0,1e400]'),
    "element 1 of input 'x' is 1e400, which FP64 (±1.7976931348623157e308) cannot hold",
  ],
  [
    withInput('FP32', '[1]', '[-1e39]'),
    "element 0 of input 'x' is -1e39, which FP32 (±3.4028235e38) cannot hold",
  ],
  [withInput('FP32', '[3]', '[1,[2,"abc"]]'), 'element 2 of input \'x\' is "abc", but FP32 takes numbers'],
  [withInput('INT8', '[1]', '[true]'), "element 0 of input 'x' is true, but INT8 takes numbers"],
  [withInput('INT8', '[1]', '[null]'), "element 0 of input 'x' is null, but INT8 takes numbers"],
  [withInput('FP32', '[1]', '[{"a":1}]'), "element 0 of input 'x' is an object, but FP32 takes numbers"],
  [withInput('BOOL', '[2]', '[true,1]'), "element 1 of input 'x' is 1, but BOOL takes true or false"],
  [withInput('BYTES', '[1]', '[5]'), "element 0 of input 'x' is 5, but BYTES takes strings"],
  [
    withInput('FP16', '[1]', '[5]'),
    'receiving FP16 data via JSON is not supported. Please use the binary data format for input x, or say "fp16_json": true in its parameters and send numbers',
  ],
  [
    withInput('BF16', '[1]', '[5]'),
    'receiving BF16 data via JSON is not supported. Please use the binary data format for input x, or say "fp16_json": true in its parameters and send numbers',
  ],
  [
    `{"inputs":[${'{"name":"x","shape":[0],"datatype":"FP32","data":[]},'.repeat(2).slice(0, -1)}]}`,
    "input 'x' already exists in request",
  ],
  [
    `{"outputs":[${Array.from({ length: 4097 }, (_, i) => `{"name":"${i}"}`)}]}`,
    "'outputs' has more than 4096 elements",
  ],
];

for (const [text, message] of refused) {
  test(`${text.slice(0, 90)} is refused: ${message}`, () => refuses(text, message));
}

const malformed: [text: string, problem: string][] = [
  ['{"inputs":[]', "expected ',' or '}' but found the end of the text at byte 12"],
  ['{"inputs":[]]', "expected ',' or '}' but found ']' at byte 12"],
  ['{"inputs":[]}x', "expected the end of the text but found 'x' at byte 13"],
  ['{"inputs":[]}{}', "expected the end of the text but found '{' at byte 13"],
  ['{"inputs" []}', "expected ':' but found '[' at byte 10"],
  ['{inputs:[]}', "expected a field name in '\"' but found 'i' at byte 1"],
  ['{"inputs":[],}', "expected a field name in '\"' but found '}' at byte 13"],
  ['{"a":}', "expected a value but found '}' at byte 5"],
  ['{"a":tru}', "expected a value but found 't' at byte 5"],
  ['{"a":-}', "expected a digit after '-' but found '}' at byte 6"],
  ['{"a":01}', 'a number must not begin with a superfluous zero at byte 5'],
  ['{"a":1.}', "expected a digit but found '}' at byte 7"],
  ['{"a":1e+}', "expected a digit but found '}' at byte 8"],
  ['{"a":.5}', "expected a value but found '.' at byte 5"],
  ['{"a":+5}', "expected a value but found '+' at byte 5"],
  ['{"a":"\\x"}', "expected one of \"\\/bfnrtu after '\\' but found 'x' at byte 7"],
  ['{"a":"\\u12g4"}', "expected four hexadecimal digits after '\\u' but found 'g' at byte 10"],
  [
    '{"a":"\n"}',
    'expected a character or an escape in a string but found the control character 0x0a at byte 6 (line 1, column 7)',
  ],
  ['{"a":"b', "expected '\"' but the text ended inside a string at byte 7"],
  ['{\n "ü":\n  é}', "expected a value but found 'é' at byte 11 (line 3, column 3)"],
  ['{"id":"\\ud83d"}', "'\\ud83d' is half of a surrogate pair at byte 7"],
  ['{"id":"\\ude00\\ud83d"}', "'\\ude00' is half of a surrogate pair at byte 7"],
  ['{"id":"\\ud83d\\n"}', "'\\ud83d' is half of a surrogate pair at byte 7"],
  [`{"a":${'['.repeat(10_000)}`, 'nesting deeper than 100 at byte 104'],
];

for (const [text, problem] of malformed) {
  test(`${text.slice(0, 90)} is malformed: ${problem}`, () => {
    refuses(text, `failed to parse the request JSON buffer: ${problem}`);
  });
}

const malformedData: [datatype: DataType, data: string, problem: string, byte: number][] = [
  ['BYTES', '["\\udfff"]', "'\\udfff' is half of a surrogate pair", 2],
  ['BYTES', '["a\\ud83d\\u0041"]', "'\\ud83d' is half of a surrogate pair", 3],
  ['INT8', '[1,]', "expected a value but found ']'", 3],
  ['INT8', '[1 2]', "expected ',' or ']' but found '2'", 3],
  ['INT8', '[[1]', "expected ',' or ']' but found '}'", 4],
  ['INT8', '[,1]', "expected a value but found ','", 1],
  ['INT8', '[[1],]', "expected a value but found ']'", 5],
  ['INT8', '[01]', 'a number must not begin with a superfluous zero', 1],
  ['FP32', '[01]', 'a number must not begin with a superfluous zero', 1],
  ['FP32', '[-00.5]', 'a number must not begin with a superfluous zero', 2],
  ['FP32', '[-]', "expected a digit after '-' but found ']'", 2],
  ['FP32', '[1.e5]', "expected a digit but found 'e'", 3],
  ['FP32', '[1e]', "expected a digit but found ']'", 3],
  ['FP32', '[1-2]', "expected ',' or ']' but found '-'", 2],
  ['FP32', '[nan]', "expected a value but found 'n'", 1],
  ['BOOL', '[truefalse]', "expected ',' or ']' but found 'f'", 5],
  ['INT8', '['.repeat(10_000), 'nesting deeper than 100', 97],
];

for (const [datatype, data, problem, byte] of malformedData) {
  test(`${data.slice(0, 20)} as ${datatype} is malformed: ${problem} at byte ${byte}`, () => {
    const text = withInput(datatype, '[1]', data);
    const place = text.indexOf(data) + byte;
    refuses(text, `failed to parse the request JSON buffer: ${problem} at byte ${place}`);
    const early = `{"inputs":[{"data":${data},"name":"x","shape":[1],"datatype":"${datatype}"}]}`;
    assert.throws(() => decode(early), ServingError);
  });
}

test('nesting a hundred deep is read', () => {
  assert.deepEqual(elements('INT8', 1, `${'['.repeat(97)}5${']'.repeat(97)}`), [5]);
  decode(`{"inputs":[],"a":${'['.repeat(99)}${']'.repeat(99)}}`);
});

test('bytes that are not UTF-8 are refused with their place', () => {
  const body = Buffer.concat([Buffer.from('{"é":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  assert.throws(
    () => decodeInferRequest({ json: body, blobs: null }, MODEL),
    /^ServingError: failed to parse the request JSON buffer: the text is not valid UTF-8 at byte 7$/,
  );
});

test('what an error repeats of a request is short', () => {
  const long = 'é'.repeat(1_000_000);
  for (const text of [
    `{"id":1${'0'.repeat(1_000_000)}}`,
    withInput('FP32', '[1]', `["${long}"]`),
    withInput('UINT8', '[1]', `[1${'0'.repeat(1_000_000)}]`),
    `{"inputs":[{"name":"x","datatype":"${long}"}]}`,
    `{"inputs":[{"name":"${long}","datatype":"FP16","shape":[1],"data":[1]}]}`,
    `{"parameters":{"${long}":null}}`,
    `{"outputs":[{"name":"${long}"},{"name":"${long}"}]}`,
  ]) {
    assert.throws(
      () => decode(text),
      (error) => error instanceof ServingError && error.message.length < 400,
    );
  }
});
