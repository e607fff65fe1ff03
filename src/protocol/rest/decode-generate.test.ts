import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorSpec } from '#inference/metadata.js';
import type { InferenceRequest } from '#inference/request.js';
import type { Tensor } from '#tensor/tensor.js';
import { model } from '../../../test/support/metadata.js';
import { decodeGenerateRequest } from './decode-generate.js';

const word: TensorSpec = { name: 'word', datatype: 'BYTES', shape: [1] };
const scale: TensorSpec = { name: 'scale', datatype: 'UINT8', shape: [1] };

const decode = (json: string, inputs: readonly TensorSpec[] = [word, scale]) =>
  decodeGenerateRequest(new TextEncoder().encode(json), model(...inputs));

const ab: Tensor = { name: 'word', datatype: 'BYTES', shape: [1], data: Uint8Array.of(2, 0, 0, 0, 97, 98) };
const seven: Tensor = { name: 'scale', datatype: 'UINT8', shape: [1], data: Uint8Array.of(7) };

const understood: [json: string, parts: Partial<InferenceRequest>][] = [
  ['{}', {}],
  ['{"word":"ab"}', { inputs: [ab] }],
  ['{"scale":7,"word":["ab"]}', { inputs: [seven, ab] }],
  ['{"id":"x","word":"ab"}', { id: 'x', inputs: [ab] }],
  [
    '{"word":"ab","stop":"a","n":3,"stream":false,"t":0.5}',
    { inputs: [ab], parameters: { stop: 'a', n: 3, stream: false, t: 0.5 } },
  ],
  ['{"seed":18446744073709551615}', { parameters: { seed: 18446744073709551615n } }],
  [
    '{"parameters":{"scale":7,"n":3,"id":"x"},"word":"ab"}',
    {
      id: 'x',
      inputs: [seven, ab],
      parameters: { n: 3 },
    },
  ],
  ['{"parameters":null,"id":null,"stop":null,"word":"ab"}', { inputs: [ab] }],
  [
    '{"priority":2,"parameters":{"timeout":5}}',
    {
      parameters: { priority: 2, timeout: 5 },
      schedule: { priority: 2, timeoutUs: 5 },
      sequence: null,
    },
  ],
  // A name that JavaScript has a meaning for.
  ['{"constructor":1}', { parameters: { constructor: 1 } as unknown as Record<string, number> }],
];

for (const [json, parts] of understood) {
  test(`${json} is read`, () => {
    const { request, nanTokens } = decode(json);
    assert.deepEqual(request, {
      id: null,
      model: { name: 'm', version: '2' },
      inputs: [],
      outputs: 'all',
      parameters: {},
      schedule: { priority: 0, timeoutUs: 0 },
      sequence: null,
      ...parts,
    });
    assert.equal(nanTokens, false);
  });
}

test('an input may be called id', () => {
  const { request } = decode('{"id":[5]}', [{ ...scale, name: 'id' }]);
  assert.deepEqual([request.id, request.inputs], [null, [{ ...seven, name: 'id', data: Uint8Array.of(5) }]]);
});

test('nan_tokens is said beside the inputs or among the parameters', () => {
  assert.equal(decode('{"nan_tokens":true}').nanTokens, true);
  assert.equal(decode('{"parameters":{"nan_tokens":true}}').nanTokens, true);
});

const refused: [json: string, message: string][] = [
  ['', 'the request body is empty, but a JSON object was expected'],
  ['[]', 'the request must be an object, but is an array'],
  [
    '{"word":"a"',
    "failed to parse the request JSON buffer: expected ',' or '}' but found the end of the text at byte 11",
  ],
  ['{} 1', "failed to parse the request JSON buffer: expected the end of the text but found '1' at byte 3"],
  ['{"word":"a","word":"b"}', "input 'word' already exists in request"],
  ['{"word":"a","parameters":{"word":"b"}}', "input 'word' already exists in request"],
  ['{"n":1,"n":2}', "'n' is given twice"],
  ['{"n":1,"parameters":{"n":1}}', "'parameters.n' is given twice"],
  ['{"id":"a","id":"b"}', "'id' is given twice"],
  ['{"parameters":{},"parameters":{}}', "'parameters' is given twice"],
  ['{"id":5}', "'id' must be a string, but is 5"],
  ['{"parameters":[]}', "'parameters' must be an object, but is an array"],
  [
    '{"words":["a"]}',
    "'words' must be a string, a number or a boolean, but is an array: it is no input of model 'm', which has 'word', 'scale'",
  ],
  [
    '{"parameters":{"parameters":{}}}',
    "'parameters.parameters' must be a string, a number or a boolean, but is an object: it is no input of model 'm', which has 'word', 'scale'",
  ],
  ['{"n":NaN}', "'n' must be a string, a number or a boolean, but is NaN"],
  ['{"timeout":-1}', "'parameters.timeout' must be a non-negative integer, but is -1"],
  ['{"nan_tokens":1}', "'parameters.nan_tokens' must be true or false, but is 1"],
  [
    '{"triton_x":1}',
    "parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified: 'triton_x'",
  ],
];

for (const [json, message] of refused) {
  test(`${json === '' ? 'an empty body' : json} is refused`, () => {
    assert.throws(() => decode(json), { code: 'INVALID_ARGUMENT', message });
  });
}

test('an input called parameters is refused where it is meant', () => {
  const inputs = [{ ...word, name: 'parameters' }];
  assert.deepEqual(decode('{"n":1}', inputs).request.parameters, { n: 1 });
  assert.throws(() => decode('{"parameters":"a"}', inputs), {
    code: 'INVALID_ARGUMENT',
    message:
      "the model 'm' has an input called 'parameters', which in such a request is the key for parameters: please use infer",
  });
});
