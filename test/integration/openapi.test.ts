import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addSubModel,
  failingModel,
  identityModel,
  modelDirectory,
  writeModel,
} from '../support/onnx-models.js';
import { type ApiDocument, readApiDocument } from '../support/openapi.js';
import { offerOf, settingsOf, startTestServer, type TestServer } from '../support/server.js';

const folder = modelDirectory(after);
let server: TestServer;
let document: ApiDocument;

before(async () => {
  const sums = writeModel(folder, 'sums.onnx', addSubModel('INT32', ['batch', 2]));
  const models = [
    offerOf({ name: 'sums', path: sums }),
    offerOf({ name: 'sums-npu', path: sums, platform: 'npu', device: 'warboy(1)*1' }),
    offerOf({ name: 'text', path: writeModel(folder, 'text.onnx', identityModel('BYTES')) }),
    offerOf({ name: 'floats', path: writeModel(folder, 'floats.onnx', identityModel('FP32')) }),
    offerOf({ name: 'raises', path: writeModel(folder, 'raises.onnx', failingModel()) }),
    offerOf({ name: 'broken', path: writeModel(folder, 'broken.onnx', new Uint8Array([1, 2, 3])) }),
  ];
  server = await startTestServer(settingsOf(models));
  await server.server.modelsSettled;
  document = await readApiDocument(server);
});

after(() => server.stop());

test('it is served as JSON, and the same every time', async () => {
  const [first, second] = [await server.get('/openapi.json'), await server.get('/openapi.json/')];
  assert.equal(first.status, 200);
  assert.equal(first.headers.get('content-type'), 'application/json');
  assert.equal(first.text, second.text);
  assert.equal(first.json.info.version, '0.0.0-test');
});

const gets: [path: string, status: number][] = [
  ['/openapi.json', 200],
  ['/v2', 200],
  ['/v2/health/live', 200],
  ['/v2/health/ready', 503],
  ['/v2/devices', 200],
  ['/v2/models/sums', 200],
  ['/v2/models/sums-npu/versions/1', 200],
  ['/v2/models/text/config', 200],
  ['/v2/models/sums-npu/versions/1/config', 200],
  ['/v2/models/sums/ready', 200],
  ['/v2/models/broken/ready', 503],
  ['/v2/models/broken', 503],
  ['/v2/models/broken/config', 503],
  ['/v2/models/broken/stats', 503],
  ['/v2/models/nobody', 404],
  ['/v2/models/nobody/ready', 404],
  ['/v2/models/nobody/config', 404],
  ['/v2/models/nobody/versions/3/stats', 404],
  ['/v2/models/%ff', 400],
  ['/v2/repository/index', 200],
  ['/v2/repository/models', 200],
  ['/v2/logging', 200],
  ['/v2/trace/setting', 200],
  ['/v2/models/sums/trace/setting', 200],
  ['/v2/models/nobody/trace/setting', 404],
  ['/v2/systemsharedmemory/status', 501],
  ['/v2/cudasharedmemory/region/x/status', 501],
];

const SUMS = {
  inputs: [
    { name: 'INPUT0', datatype: 'INT32', shape: [1, 2], data: [5, 6] },
    { name: 'INPUT1', datatype: 'INT32', shape: [1, 2], data: [1, 2] },
  ],
};
const one = (datatype: string, data: unknown): object => ({
  inputs: [{ name: 'input', datatype, shape: [1], data: [data] }],
});
const base64 = { content_type: 'base64' };

const posts: [why: string, path: string, body: unknown, status: number][] = [
  ["Triton's dialect", '/v2/models/sums/infer', SUMS, 200],
  ["Triton's dialect, with an id", '/v2/models/sums/versions/1/infer', { ...SUMS, id: 'x' }, 200],
  ["the original's dialect", '/v2/models/sums-npu/infer', SUMS, 200],
  ["the original's dialect, with an id", '/v2/models/sums-npu/infer', { ...SUMS, id: 'x' }, 200],
  ['text', '/v2/models/text/infer', one('BYTES', 'ü'), 200],
  [
    'base64',
    '/v2/models/text/infer',
    { ...one('BYTES', 'a'), outputs: [{ name: 'output', parameters: base64 }] },
    200,
  ],
  [
    'NaN',
    '/v2/models/floats/infer',
    '{"inputs":[{"name":"input","datatype":"FP32","shape":[1],"data":[NaN]}]}',
    200,
  ],
  [
    'classification',
    '/v2/models/sums/infer',
    { ...SUMS, outputs: [{ name: 'OUTPUT0', parameters: { classification: 1 } }] },
    200,
  ],
  ['plain JSON', '/v2/models/floats/generate', { id: 'x', input: [1.5] }, 200],
  ['an input that is none', '/v2/models/floats/versions/1/generate', { inputt: [1.5] }, 400],
  ['a setting', '/v2/logging', { log_warning: true }, 200],
  ['a setting that is none', '/v2/logging', { log_colour: true }, 400],
  ['a rate', '/v2/trace/setting', { trace_rate: '7' }, 200],
  ['a rate of nothing', '/v2/models/sums/trace/setting', { trace_rate: 'x' }, 400],
  ['a region', '/v2/systemsharedmemory/region/r/register', { key: '/x', byte_size: 1 }, 501],
  ['nothing', '/v2/models/sums/infer', '', 400],
  ['an unknown model', '/v2/models/nobody/infer', SUMS, 404],
  ['a body too large', '/v2/models/sums/infer', new Uint8Array(2 * 1024 * 1024), 413],
  [
    'an engine that raises',
    '/v2/models/raises/infer',
    { inputs: [{ name: 'index', datatype: 'INT64', shape: [1], data: [99] }] },
    500,
  ],
  ['a model that is not ready', '/v2/models/broken/infer', SUMS, 503],
  ['the index', '/v2/repository/index', '', 200],
  ['the index of what is ready', '/v2/repository/index', { ready: true }, 200],
  ['an index of something else', '/v2/repository/index', { ready: 1 }, 400],
  ['a load', '/v2/repository/models/sums/load', '', 200],
  ['a load that fails', '/v2/repository/models/broken/load', '', 400],
  [
    'a load with files',
    '/v2/repository/models/sums/load',
    { parameters: { config: '{}', 'file:1/model.onnx': '' } },
    501,
  ],
  ['a load of nothing known', '/v2/repository/models/nobody/load', '', 404],
  ['an unload', '/v2/repository/models/text/unload', '', 200],
  ['an unload of nothing known', '/v2/repository/models/nobody/unload', '', 404],
];

for (const [path, status] of gets) {
  test(`GET ${path} answers ${status} as the document says`, async () => {
    const reply = await server.get(path);
    assert.equal(reply.status, status, reply.text);
    document.conforms('get', path, reply);
  });
}

for (const [why, path, body, status] of posts) {
  test(`POST ${path} with ${why} answers ${status} as the document says`, async () => {
    const reply = await server.post(path, body);
    assert.equal(reply.status, status, reply.text);
    document.conforms('post', path, reply);
  });
}

test('statistics answer as the document says once there are some', async () => {
  assert.equal((await server.post('/v2/models/sums/infer', SUMS)).status, 200);
  for (const path of ['/v2/models/stats', '/v2/models/sums/stats'])
    document.conforms('get', path, await server.get(path));
});

const headers: [name: string, value: string, status: number][] = [
  ['content-encoding', 'br', 501],
  ['inference-header-content-length', 'many', 400],
  ['x', 'x'.repeat(20_000), 431],
];
for (const [name, value, status] of headers) {
  test(`the header ${name}: ${value.slice(0, 4)} answers ${status} as the document says`, async () => {
    const path = '/v2/models/sums/infer';
    const url = `http://127.0.0.1:${server.port}${path}`;
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(SUMS),
      headers: { [name]: value },
    });
    const text = await response.text();
    assert.equal(response.status, status, text);
    document.conforms('post', path, { status, headers: response.headers, json: JSON.parse(text) });
  });
}
