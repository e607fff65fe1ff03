import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { postBytes } from '../support/binary.js';
import {
  addSubModel,
  failingModel,
  identityModel,
  type ModelShape,
  modelDirectory,
  writeModel,
} from '../support/onnx-models.js';
import { repositoryRoot } from '../support/places.js';
import { atEnd, readSettings, serve } from '../support/serve.js';
import { offerOf, type TestServer } from '../support/server.js';

const folder = modelDirectory(after);

const sample = (file: string): { readonly inputs: readonly Record<string, unknown>[] } =>
  JSON.parse(readFileSync(join(repositoryRoot, 'samples', file), 'utf8'));
const [seven] = sample('mnist_input_sample_01.json').inputs;
const pixels = (seven?.['data'] as readonly number[][][][] | undefined)?.flat(3) ?? [];

describe('generate', () => {
  const end = atEnd(after);
  let server: TestServer;

  before(async () => {
    const settings = readSettings({ modelConfig: 'samples/model_config_example.yaml' });
    const offered = (name: string, bytes: Uint8Array): ReturnType<typeof offerOf> =>
      offerOf({ name, path: writeModel(folder, `${name}.onnx`, bytes) });
    const identity = (name: string, type: 'BYTES' | 'FP32' | 'FP16' | 'INT64', shape: ModelShape = ['n']) =>
      offered(name, identityModel(type, shape));
    server = await serve(end, {
      ...settings,
      models: [
        ...settings.models,
        identity('text', 'BYTES'),
        identity('float', 'FP32'),
        identity('half', 'FP16'),
        identity('long', 'INT64'),
        identity('open', 'FP32', ['a', 'b', 'c']),
        offered('sums', addSubModel('INT32', ['batch', 2])),
        offered('raises', failingModel()),
        offered('broken', new Uint8Array([1, 2, 3])),
      ],
    });
  });

  const generate = (model: string, body: unknown) => server.post(`/v2/models/${model}/generate`, body);

  test('the digit of the samples is read, without a word of shapes and datatypes', async () => {
    const { status, text, headers } = await generate('mnist/versions/1', { input: pixels, id: 'x' });
    assert.equal(text, '{"id":"x","model_name":"mnist","model_version":"1","0":[0,0,0,0,0,0,0,255,0,0]}');
    assert.deepEqual([status, headers.get('content-type')], [200, 'application/json']);
  });

  test('one row for a model that batches, and several outputs', async () => {
    const iris = await generate('iris', { features: [5, 3, 1, 0.2] });
    assert.deepEqual(Object.keys(iris.json), ['model_name', 'model_version', 'label', 'probabilities']);
    assert.deepEqual([iris.json.label, iris.json.probabilities.length], [0, 3]);
    const sums = await generate('sums', { INPUT0: [5, 6], parameters: { INPUT1: [1, 2] } });
    assert.deepEqual(sums.json, {
      model_name: 'sums',
      model_version: '1',
      OUTPUT0: [6, 8],
      OUTPUT1: [4, 4],
    });
  });

  const echoes: [model: string, input: string, output: string][] = [
    ['text', '"two\\nlines, ü"', '"two\\nlines, ü"'],
    ['text', '["a","b"]', '["a","b"]'],
    ['long', '9007199254740993', '9007199254740993'],
    ['long', '[-9223372036854775808,1]', '[-9223372036854775808,1]'],
    ['float', '0.1', '0.1'],
    ['float', '[NaN,1]', '[null,1]'],
    ['half', '[0.1,65504]', '[0.1,65504]'],
  ];
  for (const [model, input, output] of echoes) {
    test(`${model}: ${input} comes back as ${output}`, async () => {
      const { text } = await generate(model, `{"input":${input},"temperature":0.5,"stop":null}`);
      assert.equal(text, `{"model_name":"${model}","model_version":"1","output":${output}}`);
    });
  }

  test('NaN comes back as such where that was asked for', async () => {
    const { text } = await generate('float', '{"input":NaN,"parameters":{"nan_tokens":true}}');
    assert.equal(text, '{"model_name":"float","model_version":"1","output":NaN}');
  });

  test('generate_stream answers with one event', async () => {
    const body = Buffer.from('{"input":"hello\\n","id":"7"}');
    const reply = await postBytes(server.port, '/v2/models/text/generate_stream', body);
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(
      reply.body.toString(),
      'data: {"id":"7","model_name":"text","model_version":"1","output":"hello\\n"}\n\n',
    );
  });

  test('an event stream is not compressed; a plain answer is', async () => {
    const long = 'a'.repeat(5000);
    const body = Buffer.from(JSON.stringify({ input: long }));
    const ask = (route: string) =>
      postBytes(server.port, `/v2/models/text/${route}`, body, { 'accept-encoding': 'gzip' });
    const stream = await ask('generate_stream');
    assert.equal(stream.headers['content-encoding'], undefined);
    assert.match(stream.body.toString(), /^data: \{.*a{5000}"\}\n\n$/);
    const plain = await ask('generate');
    assert.equal(plain.headers['content-encoding'], 'gzip');
    assert.equal(JSON.parse(gunzipSync(plain.body).toString()).output, long);
  });

  test('a compressed request is read', async () => {
    const body = gzipSync('{"input":"a"}');
    const reply = await postBytes(server.port, '/v2/models/text/generate', body, {
      'content-encoding': 'gzip',
    });
    assert.deepEqual([reply.status, JSON.parse(reply.body.toString()).output], [200, 'a']);
  });

  const refused: [path: string, body: string, status: number, error: string | RegExp][] = [
    ['nobody', '{}', 404, "Request for unknown model: 'nobody' is not found"],
    ['text/versions/9', '{}', 404, "Request for unknown model: 'text' version 9 is not found; it has 1"],
    ['broken', '{}', 503, /broken/],
    ['text', '{"input":', 400, /^failed to parse the request JSON buffer: expected a value/],
    ['sums', '{"INPUT0":[1]}', 400, "input 'INPUT0' has 1 element but its shape [1,2] needs 2"],
    [
      'sums',
      '{"INPUT0":[1,2]}',
      400,
      "expected 2 inputs but got 1 inputs for model 'sums'. Got input(s) ['INPUT0'], but missing required input(s) ['INPUT1']. Please provide all required input(s).",
    ],
    ['open', '{"input":[1,2]}', 400, /^the shape of input 'input' cannot be deduced/],
    ['text', '{"input":"a","timeout":"soon"}', 400, /'parameters.timeout' must be a non-negative integer/],
    ['raises', '{"index":1000000}', 500, /./],
  ];
  for (const [path, body, status, error] of refused) {
    test(`${path}: ${body} is refused by both, as plain JSON`, async () => {
      for (const route of ['generate', 'generate_stream']) {
        const reply = await server.post(`/v2/models/${path}/${route}`, body);
        assert.equal(reply.status, status, reply.text);
        assert.equal(reply.headers.get('content-type'), 'application/json');
        if (typeof error === 'string') assert.equal(reply.json.error, error);
        else assert.match(reply.json.error, error);
      }
    });
  }

  test('a missing input is missed in the words of infer', async () => {
    const input = { name: 'INPUT0', datatype: 'INT32', shape: [1, 2], data: [1, 2] };
    const infer = await server.post('/v2/models/sums/infer', { inputs: [input] });
    const plain = await generate('sums', { INPUT0: [1, 2] });
    assert.deepEqual([infer.status, infer.text], [plain.status, plain.text]);
  });

  test('GET is not allowed', async () => {
    assert.equal((await server.get('/v2/models/text/generate')).status, 405);
  });
});
