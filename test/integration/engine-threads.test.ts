import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { NO_RETRY } from '#lifecycle/retry.js';
import { EngineThreads } from '../support/engine-threads.js';
import { entered } from '../support/entered.js';
import { eventually } from '../support/eventually.js';
import { hearLog } from '../support/heard.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { indexOf, untilState } from '../support/repository.js';
import { serve } from '../support/serve.js';
import { offerOf, type Reply, settingsOf, startTestServer, type TestServer } from '../support/server.js';
import { countingTflite, slowToLoadModel } from '../support/slow-models.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
// Only WebAssembly can be ended in the middle of a run: native code cannot.
const slowPath = writeModel(folder, 'slow.tflite', countingTflite());
const quickPath = writeModel(folder, 'quick.onnx', identityModel('UINT8'));
const latePath = writeModel(folder, 'late.onnx', slowToLoadModel(100));

const INFER = '/v2/models/slow/infer';
/** A run that no test could wait for. */
const FOREVER = 100_000_000;
/** One that is not done at once. */
const LONG = 1_000_000;

async function serveSlow(t: TestContext, parts: Partial<ConfiguredVersion> = {}): Promise<TestServer> {
  const offers = [
    offerOf({ name: 'slow', path: slowPath, ...parts }),
    offerOf({ name: 'quick', path: quickPath }),
  ];
  // One after the other: the slow model's threads are the first.
  return await serve(
    (end) => t.after(end),
    settingsOf(offers, { loading: { maxLoads: 1, retry: NO_RETRY } }),
  );
}

function run(server: TestServer, count = 7): Promise<Reply> {
  return server.post(INFER, inferBody(tensor('n', 'INT32', [1], [count])));
}

/** The answer to come of a request that has been taken by the server when this settles. */
async function begin(server: TestServer, count = 7): Promise<{ readonly reply: Promise<Reply> }> {
  const inside = entered(INFER);
  const reply = run(server, count);
  await inside;
  return { reply };
}

function assertServed(reply: Reply): void {
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [7]], reply.text);
}

async function theQuickModelServes(server: TestServer): Promise<void> {
  const reply = await server.post('/v2/models/quick/infer', inferBody(tensor('input', 'UINT8', [2], [3, 4])));
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [3, 4]], reply.text);
}

test('what a thread that dies has run is run again, what waits is kept, and it comes back', async (t) => {
  const heard = hearLog(t);
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const server = await serveSlow(t);
  assert.equal(threads.started.length, 2);
  const running = await begin(server, LONG);
  let isAnswered = false;
  void running.reply.then(() => {
    isAnswered = true;
  });
  const waiting = await begin(server);
  await threads.kill(0);
  assert.equal(isAnswered, false, 'it was being run');
  await theQuickModelServes(server);
  const again = await running.reply;
  assert.deepEqual([again.status, again.json.outputs?.[0].data], [200, [LONG]], again.text);
  assertServed(await waiting.reply);
  assertServed(await run(server));
  assert.equal(threads.started.length, 3);
  assert.deepEqual(
    (await indexOf(server)).map(({ state }) => state),
    ['READY', 'READY'],
  );
  assert.ok(heard.some((line) => /^ERROR .*the engine thread died/.test(line)));
  assert.ok(heard.some((line) => /^INFO .*is back with a new engine thread/.test(line)));
});

test('a request in whose run two threads died is refused, and those behind it are served', async (t) => {
  const heard = hearLog(t);
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const server = await serveSlow(t);
  const running = await begin(server, FOREVER);
  const waiting = await begin(server);
  await threads.kill(0);
  await eventually(
    () => server.get('/v2/health/live'),
    () => heard.some((line) => line.includes('is back with')),
  );
  // Within that the request has been given to the new thread.
  await theQuickModelServes(server);
  await threads.kill(2);
  const refused = await running.reply;
  assert.equal(refused.status, 500);
  assert.match(refused.json.error, /^this request was being run in 2 instances when they died/);
  assert.ok(heard.some((line) => /^ERROR .*slow\/1: this request was being run in 2 instances/.test(line)));
  assertServed(await waiting.reply);
});

test('a thread that dies while it has nothing to do is replaced, and nobody notices', async (t) => {
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const server = await serveSlow(t);
  await threads.kill(0);
  await threads.kill(1);
  await theQuickModelServes(server);
  assertServed(await run(server));
});

test('of two instances the one that lives goes on serving while the other comes back', async (t) => {
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const server = await serveSlow(t, { workers: 2 });
  assert.equal(threads.started.length, 3);
  const dying = await begin(server, LONG);
  const living = await begin(server, LONG);
  await threads.kill(0);
  const waiting = await begin(server);
  for (const { reply } of [dying, living]) assert.deepEqual((await reply).json.outputs?.[0].data, [LONG]);
  assertServed(await waiting.reply);
});

test('a thread that dies again and again is given up: the model says so, and can be loaded again', async (t) => {
  let killing = false;
  const threads = new EngineThreads((thread) => {
    if (killing) void thread.terminate();
  });
  t.after(() => threads.stop());
  const server = await serveSlow(t, { platform: 'npu', device: 'warboy(2)*1' });
  assert.equal(await holder(server), 'slow/1');
  killing = true;
  const running = await begin(server, FOREVER);
  const waiting = await begin(server);
  await threads.kill(0);
  for (const { reply } of [running, waiting]) {
    const refused = await reply;
    assert.equal(refused.status, 503);
    assert.match(refused.json.error, /cannot run: its engine thread died again and again, last: /);
  }
  const line = await untilState(server, 'slow', 'UNAVAILABLE');
  assert.match(line.reason ?? '', /its engine thread died again and again, last: /);
  assert.equal((await server.get('/v2/health/ready')).status, 503);
  const late = await run(server);
  assert.equal(late.status, 503);
  assert.match(late.json.error, /model 'slow' version 1 is not at ready state: .*died again and again/);
  assert.equal(
    await eventually(
      () => holder(server),
      (name) => name === null,
    ),
    null,
  );
  await theQuickModelServes(server);

  killing = false;
  const loaded = await server.post('/v2/repository/models/slow/load', '');
  assert.equal(loaded.status, 200, loaded.text);
  assertServed(await run(server));
  assert.equal((await server.get('/v2/health/ready')).status, 200);
});

async function holder(server: TestServer): Promise<string | null> {
  return (await server.get('/v2/devices')).json.devices[0].holder;
}

test('a model is unloaded while its thread is away', async (t) => {
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const server = await serveSlow(t);
  await threads.kill(0);
  await server.post('/v2/repository/models/slow/unload', '');
  assert.equal((await untilState(server, 'slow', 'UNAVAILABLE')).reason, 'unloaded');
  assert.equal((await server.post('/v2/repository/models/slow/load', '')).status, 200);
  assertServed(await run(server));
});

test('a thread that dies while it loads is the reason why the model is not there; the others serve', async (t) => {
  const threads = new EngineThreads((thread, position) => {
    if (position === 0) void thread.terminate();
  });
  t.after(() => threads.stop());
  const server = await serveSlow(t);
  const [line] = await indexOf(server);
  assert.deepEqual([line?.name, line?.state], ['slow', 'UNAVAILABLE']);
  assert.match(line?.reason ?? '', /the engine thread died/);
  await theQuickModelServes(server);
  assert.equal((await server.post('/v2/repository/models/slow/load', '')).status, 200);
});

// The first instance to fail closes the others, and to end a thread inside of native code is to end the process.
test('when several instances fail one after the other the reason is told and the server goes on', async (t) => {
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const failing = writeModel(folder, 'failing.onnx', slowToLoadModel(30, true));
  const offers = [
    offerOf({ name: 'late', path: failing, workers: 4 }),
    offerOf({ name: 'quick', path: quickPath }),
  ];
  const server = await serve((end) => t.after(end), settingsOf(offers));
  assert.match((await indexOf(server))[0]?.reason ?? '', /Add/);
  await theQuickModelServes(server);
  assert.deepEqual([...endedOf(threads)].sort(), [false, true, true, true, true], 'all but the quick one');
});

test('a stop that comes while models load ends with status 0 and leaves no thread behind', async (t) => {
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const server = await startTestServer(settingsOf([offerOf({ path: latePath, workers: 2 })]));
  await eventually(
    () => server.get('/v2/health/live'),
    () => threads.started.length === 2,
  );
  assert.equal((await server.get('/v2/health/ready')).status, 503);
  assert.equal(await server.stop(), 0);
  assert.deepEqual(endedOf(threads), [true, true]);
});

/** Of each thread whether it has ended: it has no number then. */
function endedOf({ started }: EngineThreads): readonly boolean[] {
  return started.map(({ threadId }) => threadId === -1);
}

test('while a long load runs the server is live and not ready, and says that the model is being loaded', async (t) => {
  const server = await startTestServer(settingsOf([offerOf({ path: latePath })]));
  t.after(() => server.stop());
  let answers = 0;
  let settled = false;
  void server.server.modelsSettled.then(() => {
    settled = true;
  });
  while (!settled && answers < 100) {
    const [live, ready] = [await server.get('/v2/health/live'), await server.get('/v2/health/ready')];
    assert.equal(live.status, 200);
    if (settled) break;
    assert.equal(ready.status, 503);
    answers++;
  }
  assert.ok(answers >= 5, `only ${answers} answers while the model was being loaded`);
  await server.server.modelsSettled;
  assert.equal((await server.get('/v2/health/ready')).status, 200);
});
