import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Settings } from '#config/settings.js';
import { DEFAULT_CONTROL } from '#control/options.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { entered } from '../support/entered.js';
import { hearLog } from '../support/heard.js';
import { identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { indexOf, untilState } from '../support/repository.js';
import { serve } from '../support/serve.js';
import { offerOf, type Reply, settingsOf, startTestServer, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const goodBytes = identityModel('UINT8');
const good = writeModel(folder, 'good.onnx', goodBytes);
const broken = writeModel(folder, 'broken.onnx', Buffer.from('this is no model'));
const slow = writeModel(folder, 'slow.onnx', slowModel());

const offer = (name: string, path = good, version = '1'): ConfiguredVersion =>
  offerOf({ name, path, version });
const one = inferBody(tensor('input', 'UINT8', [1], [7]));
const iterations = (count: number): object => inferBody(tensor('iterations', 'INT64', [1], [count]));
const load = (server: TestServer, name: string, body: unknown = ''): Promise<Reply> =>
  server.post(`/v2/repository/models/${name}/load`, body);
const unload = (server: TestServer, name: string, body: unknown = ''): Promise<Reply> =>
  server.post(`/v2/repository/models/${name}/unload`, body);

/** A slow request that is inside the server when this settles, and its answer to come. */
async function runSlowly(
  server: TestServer,
  name: string,
  count: number,
): Promise<{ reply: Promise<Reply> }> {
  const inside = entered(`/v2/models/${name}/infer`);
  const reply = server.post(`/v2/models/${name}/infer`, iterations(count));
  await inside;
  return { reply };
}

test('the index lists every version as GET and POST, or the ready ones only', async (t) => {
  const offers = [offer('a'), offer('a', broken, '2'), offer('b')];
  const server = await serve((end) => t.after(end), settingsOf(offers));
  const ready = [
    { name: 'a', version: '1', state: 'READY' },
    { name: 'b', version: '1', state: 'READY' },
  ];
  const whole = await server.get('/v2/repository/index');
  assert.equal(whole.status, 200);
  assert.equal(whole.headers.get('content-type'), 'application/json');
  const [first, second, third] = whole.json;
  assert.deepEqual([first, third], ready);
  assert.deepEqual([second.name, second.version, second.state], ['a', '2', 'UNAVAILABLE']);
  assert.match(second.reason, /neither|text|not an?/);
  for (const body of ['', '{}', { ready: false }]) {
    assert.deepEqual(
      (await server.post('/v2/repository/index', body)).json,
      whole.json,
      JSON.stringify(body),
    );
  }
  assert.deepEqual((await server.post('/v2/repository/index', { ready: true })).json, ready);
  assert.deepEqual((await server.post('/v2/repository/index/', { ready: true })).json, ready);
});

const badBodies: [path: string, body: string, status: number, sentence: RegExp][] = [
  ['index', '[]', 400, /object/],
  ['index', '{"ready":"yes"}', 400, /'ready' must be true or false/],
  ['index', '{"ready":', 400, /./],
  ['models/a/load', 'nonsense', 400, /./],
  ['models/a/load', '{"parameters":{"config":"{"}}', 400, /^parameters\.config:1:\d+: not valid JSON/],
  ['models/a/load', '{"parameters":{"config":"{}","file:1/m.onnx":""}}', 501, /--allow-model-upload=true/],
  ['models/a/unload', '{"parameters":7}', 400, /parameters/],
  ['models/nobody/load', '', 404, /^failed to load 'nobody', failed to poll from model repository: no model/],
  ['models/nobody/unload', '', 404, /^Request for unknown model: 'nobody' is not found$/],
];

test('what is wrong with a repository request is said in one sentence, and nothing is loaded or unloaded', async (t) => {
  const server = await serve((end) => t.after(end), settingsOf([offer('a')]));
  for (const [path, body, status, sentence] of badBodies) {
    const reply = await server.post(`/v2/repository/${path}`, body);
    assert.equal(reply.status, status, `${path} ${body}: ${reply.text}`);
    assert.deepEqual(Object.keys(reply.json), ['error'], reply.text);
    assert.match(reply.json.error, sentence);
  }
  assert.deepEqual(await indexOf(server), [{ name: 'a', version: '1', state: 'READY' }]);
});

test('a model is unloaded and loaded again, all its versions together', async (t) => {
  const server = await serve(
    (end) => t.after(end),
    settingsOf([offer('a'), offer('a', good, '2'), offer('b')]),
  );
  const answer = await unload(server, 'a', { parameters: { unload_dependents: true } });
  assert.equal(answer.status, 200, answer.text);
  await untilState(server, 'a', 'UNAVAILABLE');
  await untilBoth(server, 'UNAVAILABLE');
  assert.deepEqual(
    (await indexOf(server)).map(({ state, reason }) => [state, reason]),
    [
      ['UNAVAILABLE', 'unloaded'],
      ['UNAVAILABLE', 'unloaded'],
      ['READY', undefined],
    ],
  );
  const refused = await server.post('/v2/models/a/infer', one);
  assert.equal(refused.status, 503);
  assert.match(refused.json.error, /model 'a' version 2 is not at ready state: it is not loaded/);
  assert.equal((await server.get('/v2/models/a/ready')).status, 503);
  assert.equal((await server.get('/v2/models/a')).status, 503);
  // What nobody wants does not keep the server from being ready.
  assert.equal((await server.get('/v2/health/ready')).status, 200);
  assert.equal((await unload(server, 'a')).status, 200, 'unloading what is unloaded is no error');

  assert.equal((await load(server, 'a')).status, 200);
  for (const version of ['1', '2']) {
    const reply = await server.post(`/v2/models/a/versions/${version}/infer`, one);
    assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [7]]);
  }
  assert.equal((await load(server, 'a')).status, 200, 'loading what is loaded is no error');
});

/** Both versions of `a`: `untilState` is content with one. */
async function untilBoth(server: TestServer, state: string): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    const lines = (await indexOf(server)).filter((line) => line.name === 'a');
    if (lines.every((line) => line.state === state)) return;
  }
  assert.fail(`not every version of a became ${state}`);
}

test('a load that fails says why, leaves nothing behind, and works once the file is mended', async (t) => {
  const path = writeModel(folder, 'mended.onnx', goodBytes.slice(0, 40));
  const server = await serve((end) => t.after(end), settingsOf([offer('m', path), offer('b')]));
  for (let i = 0; i < 2; i++) {
    const failed = await load(server, 'm');
    assert.equal(failed.status, 400);
    assert.match(failed.json.error, /^load failed for model 'm': version 1 is at UNAVAILABLE state: ./);
  }
  const [line] = await indexOf(server);
  assert.equal(line?.state, 'UNAVAILABLE');
  assert.ok((line?.reason ?? '').length > 0);
  assert.equal((await server.post('/v2/models/b/infer', one)).status, 200);
  writeFileSync(path, goodBytes);
  assert.equal((await load(server, 'm')).status, 200);
  assert.deepEqual(await indexOf(server), [
    { name: 'm', version: '1', state: 'READY' },
    { name: 'b', version: '1', state: 'READY' },
  ]);
  assert.equal((await server.get('/v2/health/ready')).status, 200);
});

test('of a model whose second version is broken the first serves, though its load failed', async (t) => {
  const server = await serve((end) => t.after(end), settingsOf([offer('a'), offer('a', broken, '2')]));
  const failed = await load(server, 'a');
  assert.equal(failed.status, 400);
  assert.match(failed.json.error, /version 2 is at UNAVAILABLE state/);
  assert.doesNotMatch(failed.json.error, /version 1/);
  const reply = await server.post('/v2/models/a/infer', one);
  assert.deepEqual([reply.status, reply.json.model_version], [200, '1']);
});

test('a request in flight finishes before its model is unloaded; new ones are refused meanwhile', async (t) => {
  const server = await serve((end) => t.after(end), settingsOf([offer('slow', slow), offer('b')]));
  const { reply } = await runSlowly(server, 'slow', 2000);
  assert.equal((await unload(server, 'slow')).status, 200);
  const [line] = await indexOf(server);
  assert.equal(line?.state, 'UNLOADING');
  const refused = await server.post('/v2/models/slow/infer', iterations(1));
  assert.equal(refused.status, 503);
  assert.match(refused.json.error, /it is being unloaded/);
  assert.equal((await reply).status, 200);
  assert.deepEqual(await untilState(server, 'slow', 'UNAVAILABLE'), {
    name: 'slow',
    version: '1',
    state: 'UNAVAILABLE',
    reason: 'unloaded',
  });
  assert.equal((await server.post('/v2/models/b/infer', one)).status, 200);
});

test('what was asked for last counts: a load that comes while the model is being unloaded', async (t) => {
  const server = await serve((end) => t.after(end), settingsOf([offer('slow', slow)]));
  const { reply } = await runSlowly(server, 'slow', 500);
  assert.equal((await unload(server, 'slow')).status, 200);
  assert.equal((await load(server, 'slow')).status, 200);
  assert.equal((await reply).status, 200);
  assert.deepEqual(await indexOf(server), [{ name: 'slow', version: '1', state: 'READY' }]);
  assert.equal((await server.post('/v2/models/slow/infer', iterations(1))).status, 200);
});

test('what was asked for last counts: an unload that comes while the model is being loaded', async (t) => {
  const server = await serve((end) => t.after(end), {
    ...settingsOf([offer('a')]),
    control: { ...DEFAULT_CONTROL, startWith: [] },
  });
  const inside = entered('/v2/repository/models/a/load');
  const loading = load(server, 'a');
  await inside;
  assert.equal((await unload(server, 'a')).status, 200);
  const loaded = await loading;
  assert.ok([200, 400, 503].includes(loaded.status), loaded.text);
  assert.equal((await untilState(server, 'a', 'UNAVAILABLE')).reason, 'unloaded');
});

test('the load of one model does not wait for the unloading of another', async (t) => {
  const settings: Settings = settingsOf([offer('slow', slow), offer('b')]);
  const server = await serve((end) => t.after(end), settings);
  await unload(server, 'b');
  await untilState(server, 'b', 'UNAVAILABLE');
  const { reply } = await runSlowly(server, 'slow', 2000);
  let finished = false;
  void reply.finally(() => {
    finished = true;
  });
  await unload(server, 'slow');
  assert.equal((await load(server, 'b')).status, 200);
  assert.equal(finished, false, 'the load was answered only when the other model had been unloaded');
  assert.equal((await reply).status, 200);
});

test('loads at the same time: each model is loaded once, and everyone is answered when it is ready', async (t) => {
  const heard = hearLog(t);
  const names = ['a', 'b', 'c'];
  const settings = {
    ...settingsOf(names.map((name) => offer(name))),
    control: { ...DEFAULT_CONTROL, startWith: [] },
  };
  const server = await serve((end) => t.after(end), settings);
  assert.deepEqual(
    (await indexOf(server)).map(({ state }) => state),
    ['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE'],
  );
  const replies = await Promise.all([...names, ...names, ...names].map((name) => load(server, name)));
  assert.deepEqual(
    replies.map(({ status }) => status),
    replies.map(() => 200),
  );
  assert.deepEqual(
    (await indexOf(server)).map(({ state }) => state),
    ['READY', 'READY', 'READY'],
  );
  const compilations = heard.filter((line) => /has been compiled successfully/.test(line));
  assert.equal(compilations.length, 3, compilations.join('\n'));
});

test('a model that cannot be found where the configuration says is told by its path', async (t) => {
  const path = join(folder, 'nowhere', 'm.onnx');
  const server = await serve((end) => t.after(end), settingsOf([offer('m', path)]));
  const failed = await load(server, 'm');
  assert.equal(failed.status, 400);
  assert.ok(failed.json.error.includes('m.onnx'), failed.json.error);
});

test('during a stop nothing is loaded any more', async (t) => {
  const server = await startTestServer(settingsOf([offer('slow', slow), offer('b')]));
  await server.server.modelsSettled;
  const { reply } = await runSlowly(server, 'slow', 500);
  const stopped = server.stop();
  t.after(() => stopped);
  const refused = await load(server, 'b');
  assert.equal(refused.status, 503);
  assert.match(refused.json.error, /shutting down/);
  assert.equal((await reply).status, 200);
  assert.equal(await stopped, 0);
});
