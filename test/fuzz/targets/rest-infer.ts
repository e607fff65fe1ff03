import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { InferenceResponse } from '#inference/response.js';
import { type DecodedInfer, decodeInferRequest } from '#protocol/rest/decode-infer.js';
import { encodeInferResponse } from '#protocol/rest/encode-infer.js';
import { splitBody } from '#protocol/rest/inference-header.js';
import { DATATYPES } from '#tensor/datatype.js';
import { checkInput, checkProportion } from '../check-tensor.js';
import { type FuzzTarget, textOf, utf8 } from '../target.js';

const MODEL = { name: 'model', version: '1' };

/** An input is the header Inference-Header-Content-Length (nothing: there is none), a line feed, and the body. */
export const restInfer: FuzzTarget = {
  name: 'rest-infer',
  about:
    'An inference request over REST, as JSON and with binary tensors behind it. Names and shapes are those of `JSON.parse`; tensors have the bytes that their shapes say; sent back as binary data they are the same request',
  seeds: () => [
    withHeader('', '{"id":"a","inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[[1.5,2]]}]}'),
    withHeader(
      '',
      '{"inputs":[{"data":["a","b"],"name":"x","shape":[2],"datatype":"BYTES"}],"outputs":[{"name":"y","parameters":{"classification":3}}]}',
    ),
    withHeader(
      '',
      '{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":["YQ=="],"parameters":{"content_type":"base64"}}],"parameters":{"priority":1,"timeout":5,"sequence_id":7,"sequence_start":true}}',
    ),
    withHeader(
      '',
      '{"inputs":[{"name":"h","datatype":"FP16","shape":[1],"data":[1]}],"parameters":{"fp16_json":true,"nan_tokens":true,"binary_data_output":true}}',
    ),
    binary(
      '{"inputs":[{"name":"x","datatype":"INT32","shape":[2],"parameters":{"binary_data_size":8}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}',
      [1, 0, 0, 0, 2, 0, 0, 0],
    ),
    binary(
      '{"inputs":[{"name":"b","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":5}}]}',
      [1, 0, 0, 0, 65],
    ),
    withHeader(
      '',
      '{"inputs":[{"name":"x","datatype":"INT8","shape":[1],"parameters":{"shared_memory_region":"r","shared_memory_byte_size":1}}]}',
    ),
  ],
  words: [
    '"inputs":[',
    '"outputs":[',
    '"parameters":{',
    '"name":"x"',
    '"shape":[',
    '"datatype":"UINT8"',
    '"data":[',
    '"binary_data_size":',
    '"binary_data":true',
    '"content_type":"base64"',
    '"fp16_json":true',
    '"classification":',
    '"timeout":',
    '"priority":',
    '"sequence_id":',
    '"shared_memory_region":"r"',
    'null',
    '4503599627370497,2048',
    ...DATATYPES,
  ],
  made: madeRequests(),
  run: (input) => {
    const end = input.indexOf(0x0a);
    const header = textOf(input.subarray(0, Math.max(0, end)));
    const body = input.slice(end + 1);
    const parts = splitBody(body, header === '' ? undefined : header);
    const decoded = decodeInferRequest(parts, MODEL);
    for (const tensor of decoded.request.inputs) checkInput(tensor);
    checkProportion(
      decoded.request.inputs.filter(({ data }) => data.buffer !== body.buffer),
      body.length,
      4.5,
    );
    checkNames(decoded, parts.json);
    checkAgain(decoded);
    return decoded.request.inputs.map(({ datatype }) => datatype).join();
  },
};

function withHeader(header: string, body: string): Uint8Array {
  return utf8(`${header}\n${body}`);
}

function binary(json: string, bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([...withHeader(String(json.length), json), ...bytes]);
}

/** Requests of any tensors, with a field wrong or missing now and then. */
function madeRequests(): fc.Arbitrary<Uint8Array> {
  const name = fc.oneof(fc.constantFrom('x', 'y', ''), fc.string());
  const value = fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.string(), fc.constant(null));
  const parameters = fc.dictionary(
    fc.constantFrom(
      'binary_data_size',
      'content_type',
      'timeout',
      'priority',
      'sequence_id',
      'a',
      '__proto__',
    ),
    value,
    { maxKeys: 3 },
  );
  const tensor = fc.record(
    {
      name,
      datatype: fc.constantFrom(...DATATYPES, 'STRING'),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
      data: fc.array(fc.oneof(value, fc.array(value, { maxLength: 4 })), { maxLength: 6 }),
      parameters,
    },
    { requiredKeys: ['name', 'datatype', 'shape'] },
  );
  return fc
    .record(
      {
        id: value,
        inputs: fc.array(tensor, { maxLength: 3 }),
        outputs: fc.array(fc.record({ name, parameters }), { maxLength: 3 }),
        parameters,
      },
      { requiredKeys: ['inputs'] },
    )
    .map((request) => withHeader('', JSON.stringify(request)));
}

/** Where JSON.parse takes the text as well, it must say the same of each tensor. */
function checkNames({ request }: DecodedInfer, json: Uint8Array): void {
  let parsed: {
    id?: unknown;
    inputs: readonly { name: string; datatype: string; shape: readonly number[] }[];
  };
  try {
    parsed = JSON.parse(textOf(json));
  } catch {
    assert.match(textOf(json), /NaN|Inf/, 'no JSON, and accepted');
    return;
  }
  assert.equal(request.id, parsed.id ?? null);
  assert.deepEqual(
    request.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    parsed.inputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map((axis) => axis + 0),
    })),
  );
}

/** The inputs as the outputs of an answer, and that as a request. */
function checkAgain({ request }: DecodedInfer): void {
  const model = { ...MODEL, dialect: 'v2' as const };
  const response = { id: request.id, model, outputs: request.inputs } as unknown as InferenceResponse;
  const { json, blobs } = encodeInferResponse(response, {
    listed: new Map(),
    others: { binary: true, json: { halves: false, base64: false }, nanTokens: false },
  });
  const text = json.toString().replace('"outputs":', '"inputs":');
  const again = decodeInferRequest({ json: utf8(text), blobs: new Uint8Array(Buffer.concat(blobs)) }, MODEL);
  assert.deepEqual(plain(again.request.inputs), plain(request.inputs));
}

function plain(inputs: DecodedInfer['request']['inputs']): unknown {
  return inputs.map(({ data, ...head }) => ({ ...head, data: [...data] }));
}
