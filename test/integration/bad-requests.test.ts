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
import { sendRaw } from '../support/raw-http.js';
import { offerOf, settingsOf, startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let document: ApiDocument;

before(async () => {
  const folder = modelDirectory(after);
  const models = [
    offerOf({ name: 'sums', path: writeModel(folder, 'sums.onnx', addSubModel('INT32', ['batch', 2])) }),
    offerOf({ name: 'bytes', path: writeModel(folder, 'bytes.onnx', identityModel('UINT8')) }),
    offerOf({ name: 'floats', path: writeModel(folder, 'floats.onnx', identityModel('FP32')) }),
    offerOf({ name: 'doubles', path: writeModel(folder, 'doubles.onnx', identityModel('FP64')) }),
    offerOf({ name: 'text', path: writeModel(folder, 'text.onnx', identityModel('BYTES')) }),
    offerOf({ name: 'raises', path: writeModel(folder, 'raises.onnx', failingModel()) }),
    offerOf({ name: 'broken', path: writeModel(folder, 'broken.onnx', new Uint8Array([1, 2, 3])) }),
  ];
  server = await startTestServer(settingsOf(models));
  await server.server.modelsSettled;
  document = await readApiDocument(server);
});

after(() => server.stop());

const good = {
  inputs: [
    { name: 'INPUT0', datatype: 'INT32', shape: [1, 2], data: [5, 6] },
    { name: 'INPUT1', datatype: 'INT32', shape: [1, 2], data: [1, 2] },
  ],
};

/** The request that must still work after everything below. */
async function theNextRequestWorks(): Promise<void> {
  const reply = await server.post('/v2/models/sums/infer', good);
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(reply.json.outputs[0].data, [6, 8]);
}

const input = (parts: object): object => ({
  inputs: [{ name: 'input', datatype: 'UINT8', shape: [1], data: [1], ...parts }],
});
const sums = (first: object): object => ({ inputs: [{ ...good.inputs[0], ...first }, good.inputs[1]] });

const bodies: [name: string, model: string, body: unknown, status: number, sentence: RegExp][] = [
  ['an empty body', 'sums', '', 400, /empty/],
  ['not JSON', 'sums', 'hello', 400, /failed to parse the request JSON buffer: .*byte 0/],
  ['truncated JSON', 'sums', '{"inputs":[{"name":"INPUT0"', 400, /end/],
  ['bytes that are not UTF-8', 'sums', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, /UTF-8/],
  ['JSON of the wrong shape: a list', 'sums', [], 400, /object/],
  ['JSON of the wrong shape: a number', 'sums', 7, 400, /object/],
  ['JSON of the wrong shape: inputs is an object', 'sums', { inputs: {} }, 400, /inputs/],
  [
    '10,000-deep nesting',
    'bytes',
    `{"inputs":[{"name":"input","datatype":"UINT8","shape":[1],"data":${'['.repeat(10_000)}1${']'.repeat(10_000)}}]}`,
    400,
    /100/,
  ],
  [
    '10,000-deep nesting elsewhere',
    'bytes',
    `{"x":${'{"x":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
    400,
    /100/,
  ],
  ['no inputs', 'sums', {}, 400, /inputs/],
  [
    'an input without a name',
    'bytes',
    { inputs: [{ datatype: 'UINT8', shape: [1], data: [1] }] },
    400,
    /inputs\[0\].*name|name.*inputs\[0\]/,
  ],
  [
    'an input without a datatype',
    'bytes',
    { inputs: [{ name: 'input', shape: [1], data: [1] }] },
    400,
    /datatype/,
  ],
  [
    'an input without a shape',
    'bytes',
    { inputs: [{ name: 'input', datatype: 'UINT8', data: [1] }] },
    400,
    /shape/,
  ],
  [
    'an input without data',
    'bytes',
    { inputs: [{ name: 'input', datatype: 'UINT8', shape: [1] }] },
    400,
    /data/,
  ],
  [
    'an unknown input',
    'sums',
    sums({ name: 'INPUT7' }),
    400,
    /unexpected inference input 'INPUT7' for model 'sums'/,
  ],
  ['a duplicate input', 'sums', sums({ name: 'INPUT1' }), 400, /input 'INPUT1' already exists in request/],
  [
    'a missing input',
    'sums',
    { inputs: [good.inputs[0]] },
    400,
    /expected 2 inputs but got 1 inputs for model 'sums'.*'INPUT1'/,
  ],
  [
    'an unknown output',
    'sums',
    { ...good, outputs: [{ name: 'OUTPUT9' }] },
    400,
    /unexpected inference output 'OUTPUT9' for model 'sums'/,
  ],
  [
    'a duplicate output',
    'sums',
    { ...good, outputs: [{ name: 'OUTPUT0' }, { name: 'OUTPUT0' }] },
    400,
    /OUTPUT0/,
  ],
  ['too few elements', 'bytes', input({ shape: [3], data: [1, 2] }), 400, /2.*3|3.*2/],
  ['too many elements', 'bytes', input({ shape: [1], data: [1, 2] }), 400, /2.*1|1.*2/],
  [
    'the wrong dims',
    'sums',
    sums({ shape: [1, 3], data: [1, 2, 3] }),
    400,
    /unexpected shape for input 'INPUT0' for model 'sums'. Expected \[-1,2\], got \[1,3\]/,
  ],
  ['a negative dim', 'bytes', input({ shape: [-1] }), 400, /shape/],
  ['a fractional dim', 'bytes', input({ shape: [1.5] }), 400, /shape/],
  ['dims whose product overflows', 'bytes', input({ shape: [2 ** 40, 2 ** 40] }), 400, /shape/],
  ['a huge shape with little data', 'bytes', input({ shape: [4_000_000_000] }), 400, /4000000000/],
  ['an unknown datatype', 'bytes', input({ datatype: 'FLOAT32' }), 400, /FLOAT32.*FP32/],
  [
    'the wrong datatype',
    'bytes',
    input({ datatype: 'INT8' }),
    400,
    /inference input 'input' data-type is 'INT8', but model 'bytes' expects 'UINT8'/,
  ],
  ['FP16 as JSON', 'bytes', input({ datatype: 'FP16' }), 400, /FP16 data via JSON is not supported/],
  ['a number above the datatype', 'bytes', input({ data: [256] }), 400, /256/],
  ['a number below the datatype', 'bytes', input({ data: [-1] }), 400, /-1/],
  ['a fraction for an integer', 'bytes', input({ data: [1.5] }), 400, /1\.5/],
  [
    '1e400',
    'doubles',
    '{"inputs":[{"name":"input","datatype":"FP64","shape":[1],"data":[1e400]}]}',
    400,
    /1e400/,
  ],
  [
    '1e39 for FP32',
    'floats',
    '{"inputs":[{"name":"input","datatype":"FP32","shape":[1],"data":[1e39]}]}',
    400,
    /1e39/,
  ],
  ['a string for a number', 'bytes', input({ data: ['1'] }), 400, /./],
  ['null for a number', 'bytes', input({ data: [null] }), 400, /./],
  [
    'a lone surrogate',
    'text',
    '{"inputs":[{"name":"input","datatype":"BYTES","shape":[1],"data":["\\ud800"]}]}',
    400,
    /surrogate/,
  ],
  ['a number as id', 'sums', { ...good, id: 7 }, 400, /id/],
  ['an object as parameter', 'sums', { ...good, parameters: { a: {} } }, 400, /parameter/],
  ['something after the document', 'sums', `${JSON.stringify(good)}x`, 400, /./],
  [
    'an index the model refuses',
    'raises',
    { inputs: [{ name: 'index', datatype: 'INT64', shape: [1], data: [99] }] },
    500,
    /99/,
  ],
  ['an unknown model', 'nobody', good, 404, /Request for unknown model: 'nobody' is not found/],
  ['an unknown version', 'sums/versions/9', good, 404, /'sums' version 9 is not found/],
  ['a model that is not ready', 'broken', good, 503, /model 'broken' version 1 is not at ready state/],
];

for (const [name, model, body, status, sentence] of bodies) {
  test(`infer with ${name}: ${status}`, async () => {
    const reply = await server.post(`/v2/models/${model}/infer`, body);
    assert.equal(reply.status, status, reply.text);
    assert.deepEqual(Object.keys(reply.json ?? {}), ['error'], reply.text);
    assert.match(reply.json.error, sentence);
    assert.ok(!reply.json.error.includes('\n'), 'one sentence');
    assert.equal(reply.headers.get('content-type'), 'application/json');
    document.conforms('post', `/v2/models/${model}/infer`, reply);
    await theNextRequestWorks();
  });
}

const paths: [method: string, path: string, status: number, sentence: RegExp][] = [
  ['GET', '/nothing', 404, /there is no route \/nothing/],
  ['GET', '/v3', 404, /there is no route \/v3/],
  ['POST', '/v2/models/sums/version/1/infer', 404, /no route/],
  ['GET', '/v2/models/sums/infer', 405, /GET is not allowed.*POST/],
  ['POST', '/v2/health/live', 405, /POST is not allowed.*GET/],
  ['PUT', '/v2', 405, /PUT is not allowed/],
  ['GET', '/v2/models/nobody', 404, /unknown model: 'nobody'/],
  ['GET', '/v2/models/nobody/ready', 404, /unknown model: 'nobody'/],
  ['GET', '/v2/models/sums/versions/9/ready', 404, /version 9/],
  ['GET', '/v2/models/broken', 503, /not at ready state/],
  ['GET', '/v2/models/%ff', 400, /percent/],
  ['GET', '/v2/models/%00', 404, /unknown model/],
];

for (const [method, path, status, sentence] of paths) {
  test(`${method} ${path}: ${status}`, async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.match(JSON.parse(text).error, sentence);
    if (status === 405) assert.match(response.headers.get('allow') ?? '', /GET|POST/);
    const isDocumented = document.statuses(method, path)?.includes(status) ?? [404, 405].includes(status);
    assert.ok(isDocumented, `the document knows of no ${status}`);
    await theNextRequestWorks();
  });
}

const head = (extra: string): string => `POST /v2/models/sums/infer HTTP/1.1\r\nHost: x\r\n${extra}\r\n\r\n`;

const raw: [name: string, bytes: string, end: boolean, reply: RegExp][] = [
  [
    'a 2 GB Content-Length',
    head('Content-Length: 2147483648'),
    false,
    /^HTTP\/1\.1 413 .*"error":"the request body may have 1048576 bytes at most/s,
  ],
  [
    'a 2 GB Content-Length that asks first',
    head('Content-Length: 2147483648\r\nExpect: 100-continue'),
    false,
    /^HTTP\/1\.1 413 /,
  ],
  ['a Content-Length that is no number', head('Content-Length: many'), false, /^HTTP\/1\.1 400 .*"error"/s],
  [
    'a chunked body that grows too large',
    `${head('Transfer-Encoding: chunked')}${`40000\r\n${'x'.repeat(0x40000)}\r\n`.repeat(5)}`,
    false,
    /^HTTP\/1\.1 413 /,
  ],
  [
    'a body that stops half-way',
    `${head('Content-Length: 100')}{"inputs":`,
    true,
    /^HTTP\/1\.1 400 .*"error"/s,
  ],
  [
    'no Host header',
    'GET /v2 HTTP/1.1\r\nConnection: close\r\n\r\n',
    false,
    /^HTTP\/1\.1 400 .*"error":"an HTTP\/1\.1 request must have a Host/s,
  ],
  [
    'an expectation nobody can meet',
    'GET /v2 HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
    false,
    /^HTTP\/1\.1 417 .*"error":"the expectation 'miracles' cannot be met/s,
  ],
  [
    'garbage behind a good request',
    'GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\nhello\r\n\r\n',
    false,
    /^HTTP\/1\.1 200 .*\{"live":true\}HTTP\/1\.1 400 /s,
  ],
  ['no HTTP at all', 'hello\r\n\r\n', false, /^HTTP\/1\.1 400 .*"error"/s],
  ['headers of 20 KB', head(`X: ${'x'.repeat(20_000)}`), false, /^HTTP\/1\.1 431 .*"error"/s],
];

for (const [name, bytes, end, reply] of raw) {
  test(`${name} is refused in one sentence and the connection ends`, async () => {
    const text = await sendRaw(server.port, bytes, { end });
    assert.match(text, reply);
    // The answer to the last request on the connection.
    const status = Number(/.*HTTP\/1\.1 (\d{3})/s.exec(text)?.[1]);
    assert.ok(document.statuses('post', '/v2/models/sums/infer')?.includes(status), String(status));
    await theNextRequestWorks();
  });
}

test('a client that sends a body far too large still hears why it was refused', async () => {
  const reply = await server.post('/v2/models/sums/infer', new Uint8Array(24 * 1024 * 1024));
  assert.equal(reply.status, 413);
  assert.match(reply.json.error, /at most/);
  await theNextRequestWorks();
});

test('many bad requests on one connection leave it usable', async () => {
  const bad = 'POST /v2/models/sums/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';
  const last = 'GET /v2/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const replies = await sendRaw(server.port, bad.repeat(50) + last);
  assert.equal(replies.match(/HTTP\/1\.1 400/g)?.length, 50);
  assert.match(replies, /\{"live":true\}$/);
});
