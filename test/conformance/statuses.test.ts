/**
 * What REST and gRPC tell of everything but what every encoding of a request can say, which faults.test.ts is about: the
 * status that docs/errors.md promises, and the sentence, which is the same where the fault is the same.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ErrorCode } from '#core/errors.js';
import { PLAIN_ROLE } from '#lifecycle/traffic.js';
import { type SaidRequest, type Speaker, speakersOf } from '../support/encodings.js';
import { statusOf } from '../support/error-statuses.js';
import { eventually } from '../support/eventually.js';
import { type GrpcClient, grpcClient, typedInput } from '../support/grpc-client.js';
import { bytesOf, identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const MIB = 1024 * 1024;
const folder = modelDirectory(after);

interface RestCall {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Call = readonly [method: string, request: object];

interface Row {
  readonly situation: string;
  readonly code: ErrorCode;
  readonly rest: RestCall;
  /** Null where gRPC has no way to say it. */
  readonly grpc: Call | null;
  readonly error: string | { readonly rest: string; readonly grpc: string };
}

const infer = (input: object, parts: object = {}): RestCall => ({
  path: '/v2/models/bytes/infer',
  body: { inputs: [{ name: 'input', datatype: 'UINT8', shape: [1], ...input }], ...parts },
});
const inferBody = (body: string): RestCall => ({ path: '/v2/models/bytes/infer', body });
const behind = (jsonBytes: number, body: string): RestCall => ({
  ...inferBody(body),
  headers: { 'inference-header-content-length': String(jsonBytes) },
});
const call = (input: object, parts: object = {}): Call => [
  'ModelInfer',
  { model_name: 'bytes', inputs: [{ name: 'input', datatype: 'UINT8', shape: [1], ...input }], ...parts },
];

const UNKNOWN = "Request for unknown model: 'nobody' is not found";
const UNKNOWN_VERSION = "Request for unknown model: 'bytes' version 9 is not found; it has 1";
const UNKNOWN_LABEL =
  "Request for unknown model: 'labelled' version canary is not found; it has 1, stable (1)";
const binaryInput = JSON.stringify({
  inputs: [{ name: 'input', datatype: 'UINT8', shape: [2], parameters: { binary_data_size: 2 } }],
});

const BROKEN = 'broken.onnx: "broken.onnx" is named like an ONNX model, but its content is not one';

const rows: readonly Row[] = [
  {
    situation: 'an unknown model: metadata',
    code: 'NOT_FOUND',
    rest: { method: 'GET', path: '/v2/models/nobody' },
    grpc: ['ModelMetadata', { name: 'nobody' }],
    error: UNKNOWN,
  },
  {
    situation: 'an unknown model: ready',
    code: 'NOT_FOUND',
    rest: { method: 'GET', path: '/v2/models/nobody/ready' },
    grpc: ['ModelReady', { name: 'nobody' }],
    error: UNKNOWN,
  },
  {
    situation: 'an unknown model: load',
    code: 'NOT_FOUND',
    rest: { path: '/v2/repository/models/nobody/load' },
    grpc: ['RepositoryModelLoad', { model_name: 'nobody' }],
    error:
      "failed to load 'nobody', failed to poll from model repository: no model of that name is configured",
  },
  {
    situation: 'an unknown model: unload',
    code: 'NOT_FOUND',
    rest: { path: '/v2/repository/models/nobody/unload' },
    grpc: ['RepositoryModelUnload', { model_name: 'nobody' }],
    error: UNKNOWN,
  },
  {
    situation: 'an unknown version: metadata',
    code: 'NOT_FOUND',
    rest: { method: 'GET', path: '/v2/models/bytes/versions/9' },
    grpc: ['ModelMetadata', { name: 'bytes', version: '9' }],
    error: UNKNOWN_VERSION,
  },
  {
    situation: 'an unknown version: ready',
    code: 'NOT_FOUND',
    rest: { method: 'GET', path: '/v2/models/bytes/versions/9/ready' },
    grpc: ['ModelReady', { name: 'bytes', version: '9' }],
    error: UNKNOWN_VERSION,
  },
  {
    situation: 'a version that is not a number: metadata',
    code: 'NOT_FOUND',
    rest: { method: 'GET', path: '/v2/models/bytes/versions/latest' },
    grpc: ['ModelMetadata', { name: 'bytes', version: 'latest' }],
    error: UNKNOWN_VERSION.replace('9', 'latest'),
  },
  {
    situation: 'an unknown label: metadata',
    code: 'NOT_FOUND',
    rest: { method: 'GET', path: '/v2/models/labelled/versions/canary' },
    grpc: ['ModelMetadata', { name: 'labelled', version: 'canary' }],
    error: UNKNOWN_LABEL,
  },
  {
    situation: 'an unknown label: infer',
    code: 'NOT_FOUND',
    rest: { ...infer({ data: [1] }), path: '/v2/models/labelled/versions/canary/infer' },
    grpc: ['ModelInfer', { model_name: 'labelled', model_version: 'canary' }],
    error: UNKNOWN_LABEL,
  },
  {
    situation: 'a label of a version that is not ready: statistics',
    code: 'UNAVAILABLE',
    rest: { method: 'GET', path: '/v2/models/labelled/versions/stable/stats' },
    grpc: ['ModelStatistics', { name: 'labelled', version: 'stable' }],
    error: `model 'labelled' version 1 is not at ready state: it could not be loaded: ${BROKEN}`,
  },
  {
    situation: 'a model that is not ready: metadata',
    code: 'UNAVAILABLE',
    rest: { method: 'GET', path: '/v2/models/broken' },
    grpc: ['ModelMetadata', { name: 'broken' }],
    error: `model 'broken' version 1 is not at ready state: it could not be loaded: ${BROKEN}`,
  },
  {
    situation: 'a model that cannot be loaded: load',
    code: 'INVALID_ARGUMENT',
    rest: { path: '/v2/repository/models/broken/load' },
    grpc: ['RepositoryModelLoad', { model_name: 'broken' }],
    error: `load failed for model 'broken': version 1 is at UNAVAILABLE state: ${BROKEN}`,
  },
  {
    situation: 'a load with a parameter that there is not',
    code: 'INVALID_ARGUMENT',
    rest: { path: '/v2/repository/models/bytes/load', body: { parameters: { gently: true } } },
    grpc: ['RepositoryModelLoad', { model_name: 'bytes', parameters: { gently: { bool_param: true } } }],
    error: "unknown parameter 'gently'; expected 'config', 'force' or 'file:<version>/<path>'",
  },
  {
    situation: 'an unknown route',
    code: 'NOT_FOUND',
    rest: { path: '/v2/models/bytes/explain' },
    grpc: null,
    error: 'there is no route /v2/models/bytes/explain',
  },
  {
    situation: 'a wrong method',
    code: 'METHOD_NOT_ALLOWED',
    rest: { method: 'GET', path: '/v2/models/bytes/infer' },
    grpc: null,
    error: 'GET is not allowed on /v2/models/bytes/infer; allowed: POST',
  },
  {
    situation: 'JSON that is malformed',
    code: 'INVALID_ARGUMENT',
    rest: inferBody('{"inputs":[}'),
    grpc: null,
    error: "failed to parse the request JSON buffer: expected a value but found '}' at byte 11",
  },
  {
    situation: 'JSON that is no object',
    code: 'INVALID_ARGUMENT',
    rest: inferBody('7'),
    grpc: null,
    error: 'the request must be an object, but is 7',
  },
  {
    situation: 'JSON more than 100 levels deep',
    code: 'INVALID_ARGUMENT',
    rest: inferBody(`{"inputs":${'['.repeat(101)}${']'.repeat(101)}}`),
    grpc: null,
    error: 'failed to parse the request JSON buffer: nesting deeper than 100 at byte 109',
  },
  {
    situation: "no key 'inputs'",
    code: 'INVALID_ARGUMENT',
    rest: inferBody('{}'),
    grpc: null,
    error: "'inputs' is missing",
  },
  {
    situation: 'an input without a shape',
    code: 'INVALID_ARGUMENT',
    rest: infer({ shape: undefined, data: [1] }),
    grpc: null,
    error: "'inputs[0].shape' is missing",
  },
  {
    situation: 'a fraction in a shape',
    code: 'INVALID_ARGUMENT',
    rest: infer({ shape: [1.5], data: [1] }),
    grpc: null,
    error: "'inputs[0].shape[0]' must be an integer from 0 to 2^53-1, but is 1.5",
  },
  {
    situation: 'elements of another type than the datatype has',
    code: 'INVALID_ARGUMENT',
    rest: infer({ data: ['1'] }),
    grpc: call({ contents: { fp32_contents: [1] } }),
    error: {
      rest: `element 0 of input 'input' is "1", but UINT8 takes numbers`,
      grpc: "the elements of input 'input' are in fp32_contents, but those of UINT8 go into uint_contents",
    },
  },
  {
    situation: 'a number for a truth value',
    code: 'INVALID_ARGUMENT',
    rest: infer({ datatype: 'BOOL', data: [1] }),
    grpc: call({ datatype: 'BOOL', contents: { uint_contents: [1] } }),
    error: {
      rest: "element 0 of input 'input' is 1, but BOOL takes true or false",
      grpc: "the elements of input 'input' are in uint_contents, but those of BOOL go into bool_contents",
    },
  },
  {
    situation: 'FP16 as elements',
    code: 'INVALID_ARGUMENT',
    rest: infer({ datatype: 'FP16', data: [1] }),
    grpc: [
      'ModelInfer',
      { model_name: 'bytes', inputs: [typedInput('input', 'FP16', [1], { fp32_contents: [1] })] },
    ],
    error: {
      rest: 'receiving FP16 data via JSON is not supported. Please use the binary data format for input input, or say "fp16_json": true in its parameters and send numbers',
      grpc: 'receiving FP16 data as typed contents is not supported. Please use raw_input_contents for input input',
    },
  },
  {
    situation: 'an input both as elements and as bytes',
    code: 'INVALID_ARGUMENT',
    rest: infer({ data: [1], parameters: { binary_data_size: 1 } }),
    grpc: call({ contents: { uint_contents: [1] } }, { raw_input_contents: [Buffer.from([1])] }),
    error: {
      rest: "Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But set 'data' 'binary_data_size', at 'inputs[0]'",
      grpc: "contents field must not be specified when using raw_input_contents for 'input' for model 'bytes'",
    },
  },
  {
    situation: 'more bytes than the inputs take',
    code: 'INVALID_ARGUMENT',
    rest: behind(binaryInput.length, `${binaryInput}abc`),
    grpc: call({}, { raw_input_contents: [Buffer.from([1]), Buffer.from([2])] }),
    error: {
      rest: "unexpected additional input data for model 'bytes': 1 byte behind the last binary input",
      grpc: "raw_input_contents has 2 elements for 1 inputs of model 'bytes': expected one for each",
    },
  },
  {
    situation: 'fewer bytes than the inputs take',
    code: 'INVALID_ARGUMENT',
    rest: behind(binaryInput.length, `${binaryInput}a`),
    grpc: call({ shape: [2] }, { raw_input_contents: [Buffer.from([1])] }),
    error: {
      rest: "unexpected size for input 'input', expecting 1 additional bytes for model 'bytes'",
      grpc: "input byte size mismatch for input 'input' for model 'bytes'. Expected 2, got 1: its shape is [2] and its datatype UINT8",
    },
  },
  {
    situation: 'a parameter that is no string, number or boolean',
    code: 'INVALID_ARGUMENT',
    rest: infer({ data: [1] }, { parameters: { a: [] } }),
    grpc: call({}, { parameters: { a: {} } }),
    error: {
      rest: "'parameters.a' must be a string, a number or a boolean, but is an array",
      grpc: "'parameters.a' has no value: expected bool_param, int64_param, string_param, double_param or uint64_param",
    },
  },
  {
    situation: 'a body of an unknown coding',
    code: 'UNIMPLEMENTED',
    rest: { ...infer({ data: [1] }), headers: { 'content-encoding': 'br' } },
    grpc: null,
    error: "the Content-Encoding 'br' is not supported; supported are gzip, deflate and identity",
  },
  {
    situation: 'a body that is too large',
    code: 'PAYLOAD_TOO_LARGE',
    rest: inferBody(' '.repeat(2 * MIB + 1)),
    grpc: call({ shape: [2 * MIB] }, { raw_input_contents: [Buffer.alloc(2 * MIB)] }),
    error: {
      rest: 'the request body may have 2097152 bytes at most, and this is 2097153 bytes; the limit is --max-body-bytes',
      grpc: 'a message may have 2097152 bytes at most, and this is 2097186; the limit is --max-body-bytes',
    },
  },
];

describe('statuses and sentences over REST and over gRPC', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;

  before(async () => {
    const broken = writeModel(folder, 'broken.onnx', Uint8Array.of(1, 2, 3));
    const settings = settingsOf(
      [
        offerOf({ name: 'bytes', path: writeModel(folder, 'bytes.onnx', identityModel('UINT8')) }),
        offerOf({ name: 'broken', path: broken }),
        offerOf({ name: 'labelled', path: broken, role: { ...PLAIN_ROLE, labels: ['stable'] } }),
      ],
      { grpc: { ...GRPC, maxMessageBytes: 2 * MIB } },
    );
    server = await serve(end, { ...settings, rest: { ...settings.rest, maxBodyBytes: 2 * MIB } });
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  for (const { situation, code, rest, grpc, error } of rows) {
    const { http, grpc: status } = statusOf(code);
    const sentences = typeof error === 'string' ? { rest: error, grpc: error } : error;

    test(`${situation}: REST ${http}`, async () => {
      const { method = 'POST', path, body, headers = {} } = rest;
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const init = { method, headers, ...(text !== undefined && { body: text }) };
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
      assert.deepEqual(await response.json(), { error: sentences.rest });
      assert.equal(response.status, http);
      assert.equal(response.headers.get('content-type'), 'application/json');
    });

    if (grpc !== null) {
      test(`${situation}: gRPC ${status}`, async () => {
        const outcome = await client.fail(...grpc);
        assert.deepEqual([outcome.details, outcome.code], [sentences.grpc, status]);
      });
    }
  }

  test('alive, and not ready while a model is not: REST says it with 503, gRPC in the answer', async () => {
    const live = await server.get('/v2/health/live');
    assert.deepEqual([live.status, live.json], [200, { live: true }]);
    const ready = await server.get('/v2/health/ready');
    assert.deepEqual([ready.status, ready.json], [503, { ready: false }]);
    const model = await server.get('/v2/models/broken/ready');
    assert.deepEqual([model.status, model.json], [503, { name: 'broken', ready: false }]);
    assert.deepEqual(await client.call('ServerLive'), { live: true });
    // What is false is not on the wire.
    assert.deepEqual(await client.call('ServerReady'), {});
    assert.deepEqual(await client.call('ModelReady', { name: 'broken' }), {});
  });
});

test('a full queue, and then a shutdown: the same sentence in every encoding', async (t) => {
  const offer = offerOf({ name: 'slow', path: writeModel(folder, 'slow.onnx', slowModel()) });
  const settings = settingsOf([offer], { grpc: GRPC, maxQueueSize: 0, drainTimeoutMs: 60_000 });
  const server = await serve((end) => t.after(end), settings);
  const client = grpcClient(server.grpcPort);
  t.after(() => client.close());
  const slow = (iterations: bigint): SaidRequest => ({
    model: 'slow',
    inputs: [
      { name: 'iterations', datatype: 'INT64', shape: [1], data: bytesOf(BigInt64Array.of(iterations)) },
    ],
  });
  const speakers = speakersOf(server.port, client);
  // So many that it still runs after everything below.
  const running = (speakers[0] as Speaker).infer(slow(8000n));
  await server.inside(1);

  const { http, grpc } = statusOf('OVERLOADED');
  for (const { encoding, infer: ask } of speakers) {
    const [protocol, status] = encoding.startsWith('gRPC') ? ['grpc', grpc] : ['http', http];
    const error = 'the queue of 0 waiting requests is full; try again later';
    assert.deepEqual(await ask(slow(1n)), { protocol, status, error }, encoding);
  }

  const stopped = server.stop();
  for (const { encoding, infer: ask } of speakers) {
    const isGrpc = encoding.startsWith('gRPC');
    const { http, grpc } = statusOf('UNAVAILABLE');
    // A connection of gRPC may end first: its client makes a new one.
    const answer = await eventually(
      () => ask(slow(1n)),
      (seen) => 'error' in seen && seen.error === 'the server is shutting down',
    );
    assert.equal('status' in answer && answer.status, isGrpc ? grpc : http, encoding);
  }
  assert.ok('outputs' in (await running));
  assert.equal(await stopped, 0);
});
