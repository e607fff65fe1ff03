import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { offerOf, settingsOf, startTestServer } from '../support/server.js';

const folder = modelDirectory(after);
const one = (value: number): object => ({
  inputs: [{ name: 'input', datatype: 'UINT8', shape: [1], data: [value] }],
});
const slow = (iterations: number): object => ({
  inputs: [{ name: 'iterations', datatype: 'INT64', shape: [1], data: [iterations] }],
});

test('the port is open before the models are: live at once, ready when all are', async () => {
  const path = writeModel(folder, 'later.onnx', identityModel('UINT8'));
  const server = await startTestServer(settingsOf([offerOf({ name: 'later', path })]));
  const live = await server.get('/v2/health/live');
  const ready = await server.get('/v2/health/ready');
  const model = await server.get('/v2/models/later/ready');
  const early = await server.post('/v2/models/later/infer', one(1));
  assert.deepEqual([live.status, live.json], [200, { live: true }]);
  assert.deepEqual([ready.status, ready.json], [503, { ready: false }]);
  assert.deepEqual([model.status, model.json], [503, { name: 'later', ready: false }]);
  assert.equal(early.status, 503);
  assert.match(early.json.error, /still being loaded/);
  await server.server.modelsSettled;
  const settled = await server.get('/v2/health/ready');
  assert.deepEqual([settled.status, settled.json], [200, { ready: true }]);
  assert.equal((await server.get('/v2/models/later/versions/1/ready')).status, 200);
  await server.stop();
});

test('each broken file is unavailable for its own reason, and the good model serves', async () => {
  const good = identityModel('UINT8');
  const files: [name: string, path: string, reason: RegExp][] = [
    ['missing', join(folder, 'missing.onnx'), /no such file|does not exist/],
    ['empty', writeModel(folder, 'empty.onnx', new Uint8Array()), /empty/],
    ['directory', join(folder, 'directory.onnx'), /directory/],
    ['corrupt', writeModel(folder, 'corrupt.onnx', good.slice(0, good.length - 7)), /./],
    [
      'neither',
      writeModel(folder, 'neither.bin', Buffer.from('#!/bin/sh\necho hello\n')),
      /neither|not an? |text/,
    ],
    [
      'zip',
      writeModel(folder, 'zip.onnx', Buffer.from('PK\u0003\u0004xxxxxxxxxxxxxxxx', 'latin1')),
      /[zZ][iI][pP]/,
    ],
    ['tflite', writeModel(folder, 'cut.tflite', Buffer.from('\u0020\0\0\0TFL3\0\0\0\0', 'latin1')), /./],
  ];
  mkdirSync(join(folder, 'directory.onnx'), { recursive: true });
  writeFileSync(join(folder, 'directory.onnx', 'x'), '');
  const offers = files.map(([name, path]) => offerOf({ name, path }));
  const path = writeModel(folder, 'good.onnx', good);
  const server = await startTestServer(settingsOf([...offers, offerOf({ name: 'good', path })]));
  await server.server.modelsSettled;
  for (const [name, , reason] of files) {
    const reply = await server.post(`/v2/models/${name}/infer`, one(1));
    assert.equal(reply.status, 503, name);
    assert.match(reply.json.error, /could not be loaded: /, name);
    assert.match(reply.json.error.split('could not be loaded: ')[1], reason, name);
  }
  assert.equal((await server.get('/v2/health/ready')).status, 503);
  assert.deepEqual((await server.post('/v2/models/good/infer', one(7))).json.outputs[0].data, [7]);
  await server.stop();
});

test('versions: the highest number serves, each can be named, metadata lists them', async () => {
  const path = writeModel(folder, 'versions.onnx', identityModel('UINT8'));
  const versions = ['2', '10', '1'].map((version) => offerOf({ name: 'v', version, path }));
  const server = await startTestServer(settingsOf(versions));
  await server.server.modelsSettled;
  assert.equal((await server.post('/v2/models/v/infer', one(1))).json.model_version, '10');
  assert.equal((await server.post('/v2/models/v/versions/2/infer', one(1))).json.model_version, '2');
  assert.deepEqual((await server.get('/v2/models/v')).json.versions, ['2', '10', '1']);
  assert.equal((await server.get('/v2/models/v/versions/1/')).status, 200);
  await server.stop();
});

test('a stop answers what is in flight, refuses what is new with 503, and ends with status 0', async () => {
  const path = writeModel(folder, 'slow.onnx', slowModel());
  const settings = settingsOf([offerOf({ name: 'slow', path })], { drainDelayMs: 0 });
  const server = await startTestServer(settings);
  await server.server.modelsSettled;
  const inFlight = server.post('/v2/models/slow/infer', slow(1500));
  await server.inside(1);
  const stopped = server.stop();
  const ready = await server.get('/v2/health/ready');
  const refused = await server.post('/v2/models/slow/infer', slow(1));
  assert.equal(ready.status, 503);
  assert.equal(refused.status, 503);
  assert.match(refused.json.error, /shutting down/);
  assert.equal((await inFlight).status, 200);
  assert.equal(await stopped, 0);
});

test('a stop lets an answer that is being sent arrive whole', async () => {
  const path = writeModel(folder, 'large.onnx', identityModel('UINT8'));
  const parts = {
    rest: {
      host: '127.0.0.1',
      port: 0,
      maxBodyBytes: 64 * 1024 * 1024,
      bodyTimeoutMs: 10_000,
      corsOrigins: [],
    },
  };
  const server = await startTestServer(settingsOf([offerOf({ name: 'large', path })], parts));
  await server.server.modelsSettled;
  const elements = 8_000_000;
  const input = `{"name":"input","datatype":"UINT8","shape":[${elements}],"data":[${'1,'.repeat(elements - 1)}1]}`;
  const url = `http://127.0.0.1:${server.port}/v2/models/large/infer`;
  // Uncompressed, the answer is far more than the system's buffers hold.
  const headers = { 'accept-encoding': 'identity' };
  const response = await fetch(url, { method: 'POST', headers, body: `{"inputs":[${input}]}` });
  const stopped = server.stop();
  const body = await response.text();
  assert.equal(body.length, Number(response.headers.get('content-length')));
  assert.ok(body.endsWith(']}]}'));
  assert.equal(await stopped, 0);
});

test('the thread that answers is never the one that runs: health is answered while a model is busy', async () => {
  const path = writeModel(folder, 'busy.onnx', slowModel());
  const server = await startTestServer(settingsOf([offerOf({ name: 'busy', path })]));
  await server.server.modelsSettled;
  let done = false;
  const running = server.post('/v2/models/busy/infer', slow(1500)).then((reply) => {
    done = true;
    return reply;
  });
  let answers = 0;
  while (!done && answers < 20) {
    assert.equal((await server.get('/v2/health/live')).status, 200);
    answers++;
  }
  assert.ok(answers >= 20, `only ${answers} answers while the model ran`);
  assert.equal((await running).status, 200);
  await server.stop();
});

test('a caller that leaves while its request waits costs nothing, and the next is served', async () => {
  const path = writeModel(folder, 'leave.onnx', slowModel());
  const server = await startTestServer(settingsOf([offerOf({ name: 'leave', path })]));
  await server.server.modelsSettled;
  const first = server.post('/v2/models/leave/infer', slow(300));
  const leaver = new AbortController();
  const second = fetch(`http://127.0.0.1:${server.port}/v2/models/leave/infer`, {
    method: 'POST',
    body: JSON.stringify(slow(100_000)),
    signal: leaver.signal,
  }).catch((error: Error) => error.name);
  await server.inside(2);
  leaver.abort();
  assert.equal(await second, 'AbortError');
  await server.inside(1);
  assert.equal((await first).status, 200);
  assert.equal((await server.post('/v2/models/leave/infer', slow(1))).status, 200);
  await server.stop();
});
