import assert from 'node:assert/strict';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ServingError } from '#core/errors.js';
import type { InferenceResponse } from '#inference/response.js';
import { type DecodedRequest, decodeInferRequest } from '#protocol/grpc/decode-infer.js';
import { encodeInferResponse } from '#protocol/grpc/encode-infer.js';
import {
  type ModelInferRequest,
  ModelInferRequestSchema,
  ModelInferResponseSchema,
} from '#protocol/grpc/gen/open_inference_grpc_pb.js';
import { DATATYPES } from '#tensor/datatype.js';
import { viewOf } from '#tensor/view.js';
import { checkInput, checkProportion } from '../check-tensor.js';
import type { FuzzTarget } from '../target.js';

export const grpcInfer: FuzzTarget = {
  name: 'grpc-infer',
  about:
    'A `ModelInferRequest`, by the reader that makes views of it. What it accepts, `@bufbuild/protobuf` accepts, with the same names, shapes, raw bytes and typed elements; our answer with these tensors is one that it reads',
  seeds: () => [
    encoded({ modelName: 'm', inputs: [input('x', 'FP32', [2])], rawInputContents: [new Uint8Array(8)] }),
    encoded({
      modelName: 'm',
      modelVersion: '3',
      id: 'i',
      inputs: [{ ...input('x', 'INT32', [2]), contents: { intContents: [1, -2] } }],
    }),
    encoded({
      inputs: [{ ...input('x', 'BYTES', [1]), contents: { bytesContents: [new Uint8Array([65])] } }],
    }),
    encoded({ inputs: [{ ...input('x', 'UINT64', [1]), contents: { uint64Contents: [2n ** 64n - 1n] } }] }),
    encoded({
      inputs: [{ ...input('x', 'FP64', [1]), contents: { fp64Contents: [0.1] } }],
      outputs: [{ name: 'y' }],
    }),
    encoded({ inputs: [{ ...input('x', 'BOOL', [3]), contents: { boolContents: [true, false, true] } }] }),
    encoded({
      parameters: {
        timeout: { parameterChoice: { case: 'int64Param', value: 5n } },
        sequence_id: { parameterChoice: { case: 'uint64Param', value: 5n } },
        sequence_start: { parameterChoice: { case: 'boolParam', value: true } },
        a: { parameterChoice: { case: 'doubleParam', value: 0.5 } },
        b: { parameterChoice: { case: 'stringParam', value: 'é' } },
      },
    }),
  ],
  words: [
    '\n',
    '\u0012',
    '\u001a',
    '*',
    '2',
    ':',
    '\b\u0001',
    ...DATATYPES,
    'timeout',
    'priority',
    'sequence_id',
    'classification',
    '\u001a\u0001\u0004',
  ],
  made: madeRequests(),
  cost: 2,
  run: (bytes) => {
    const message = bytes.slice();
    let decoded: DecodedRequest;
    try {
      decoded = decodeInferRequest(message);
    } catch (thrown) {
      if (thrown instanceof ServingError && thrown.message.startsWith('failed to parse'))
        checkUnreadable(bytes, thrown.message);
      throw thrown;
    }
    const expected = fromBinary(ModelInferRequestSchema, bytes);
    const { inputs } = decoded.request;
    for (const tensor of inputs) checkInput(tensor);
    checkProportion(
      inputs.filter(({ data }) => data.buffer !== message.buffer),
      bytes.length,
      9,
    );
    checkSame(decoded, expected);
    checkAnswer(decoded);
    return `${decoded.isTyped} ${inputs.map(({ datatype }) => datatype).join()}`;
  },
};

type Init = Parameters<typeof create<typeof ModelInferRequestSchema>>[1];

function encoded(request: Init): Uint8Array {
  return toBinary(ModelInferRequestSchema, create(ModelInferRequestSchema, request));
}

function input(
  name: string,
  datatype: string,
  shape: readonly number[],
): { name: string; datatype: string; shape: bigint[] } {
  return { name, datatype, shape: shape.map(BigInt) };
}

function madeRequests(): fc.Arbitrary<Uint8Array> {
  const bytes = fc.uint8Array({ maxLength: 16 });
  const contents = fc.record(
    {
      boolContents: fc.array(fc.boolean(), { maxLength: 4 }),
      intContents: fc.array(fc.integer(), { maxLength: 4 }),
      int64Contents: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 4 }),
      uintContents: fc.array(fc.nat(), { maxLength: 4 }),
      uint64Contents: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 4 }),
      fp32Contents: fc.array(fc.float(), { maxLength: 4 }),
      fp64Contents: fc.array(fc.double(), { maxLength: 4 }),
      bytesContents: fc.array(bytes, { maxLength: 4 }),
    },
    { requiredKeys: [] },
  );
  const tensor = fc.record(
    {
      name: fc.constantFrom('x', 'y', 'z', ''),
      datatype: fc.constantFrom(...DATATYPES),
      shape: fc.array(fc.bigInt({ min: -1n, max: 4n }), { maxLength: 3 }),
      contents,
    },
    { requiredKeys: ['name', 'datatype', 'shape'] },
  );
  return fc
    .record(
      {
        modelName: fc.string({ maxLength: 8 }),
        id: fc.string({ maxLength: 8 }),
        inputs: fc.array(tensor, { maxLength: 3 }),
        rawInputContents: fc.array(bytes, { maxLength: 3 }),
      },
      { requiredKeys: ['modelName', 'inputs'] },
    )
    .map((request) => encoded(request as Init));
}

/**
 * Bytes that the runtime reads and would write just so are a message, and must not be refused as none. Of others it takes more
 * than it should: it steps over the ends of nested messages, and over fields of a wrong wire type.
 */
function checkUnreadable(bytes: Uint8Array, sentence: string): void {
  let written: Uint8Array;
  try {
    written = toBinary(
      ModelInferRequestSchema,
      fromBinary(ModelInferRequestSchema, bytes, { readUnknownFields: false }),
    );
  } catch {
    return;
  }
  assert.ok(Buffer.compare(written, bytes) !== 0, `a message that is refused: ${sentence}`);
}

function checkSame({ request, isTyped }: DecodedRequest, expected: ModelInferRequest): void {
  assert.equal(request.model.name, expected.modelName);
  assert.equal(request.model.version ?? '', expected.modelVersion);
  assert.equal(request.id ?? '', expected.id);
  assert.deepEqual(
    request.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    expected.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: shape.map(Number) })),
  );
  assert.deepEqual(Object.keys(request.parameters).sort(), Object.keys(expected.parameters).sort());
  request.inputs.forEach((tensor, i) => {
    const raw = expected.rawInputContents[i];
    if (!isTyped && raw !== undefined) assert.deepEqual([...tensor.data], [...raw]);
    const contents = expected.inputs[i]?.contents;
    if (!isTyped || contents === undefined || tensor.datatype === 'BYTES') return;
    if (tensor.datatype === 'FP16' || tensor.datatype === 'BF16') return;
    const elements = Object.values(contents).filter(Array.isArray).flat();
    assert.deepEqual(
      [...viewOf(tensor.data, tensor.datatype)].map(String),
      elements.map((element) => String(typeof element === 'boolean' ? Number(element) : element)),
    );
  });
}

function checkAnswer({ request, isTyped }: DecodedRequest): void {
  const model = { name: 'm', version: '1', dialect: 'v2' };
  const response = { id: request.id, model, outputs: request.inputs } as unknown as InferenceResponse;
  const bytes = Buffer.concat(encodeInferResponse(response, { isTyped }));
  const answer = fromBinary(ModelInferResponseSchema, bytes);
  assert.deepEqual(
    answer.rawOutputContents.map((raw) => [...raw]),
    request.inputs.map(({ data }) => [...data]),
  );
}
