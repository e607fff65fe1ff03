import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { entered } from '../support/entered.js';
import { eventually } from '../support/eventually.js';
import { identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { offerOf, type Reply, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const slowPath = writeModel(folder, 'slow.onnx', slowModel());
const quickPath = writeModel(folder, 'quick.onnx', identityModel('UINT8'));

const INFER = '/v2/models/slow/infer';
/** Iterations that are still running after anything else these tests do meanwhile. */
const LONG = 2500;
/** Iterations that no test could wait for. */
const FOREVER = 20_000;

const iterations = (count: number): object => inferBody(tensor('iterations', 'INT64', [1], [count]));

async function serveSlow(t: TestContext, maxQueueSize: number): Promise<TestServer> {
  const offers = [offerOf({ name: 'slow', path: slowPath }), offerOf({ name: 'quick', path: quickPath })];
  return await serve((end) => t.after(end), settingsOf(offers, { maxQueueSize }));
}

function run(server: TestServer, count: number): Promise<Reply> {
  return server.post(INFER, iterations(count));
}

/** The answer to come of a request that has been taken by the server when this settles. */
async function begin(server: TestServer, count: number): Promise<{ readonly reply: Promise<Reply> }> {
  const inside = entered(INFER);
  const reply = run(server, count);
  await inside;
  return { reply };
}

/** Sends requests whose callers can leave; settles when the server has taken them all. */
async function beginLeavers(
  server: TestServer,
  requests: number,
  count: number,
): Promise<{ leave(): Promise<void> }> {
  const inside = entered(INFER, requests);
  const controller = new AbortController();
  const fetches = Array.from({ length: requests }, () =>
    fetch(`http://127.0.0.1:${server.port}${INFER}`, {
      method: 'POST',
      body: JSON.stringify(iterations(count)),
      signal: controller.signal,
    }).then(
      () => assert.fail('a caller that left was answered'),
      (error: Error) => assert.equal(error.name, 'AbortError'),
    ),
  );
  await inside;
  return {
    async leave() {
      controller.abort();
      await Promise.all(fetches);
    },
  };
}

async function theQuickModelServes(server: TestServer): Promise<void> {
  const reply = await server.post('/v2/models/quick/infer', inferBody(tensor('input', 'UINT8', [2], [3, 4])));
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [3, 4]], reply.text);
}

test('200 requests at once on a queue of 10: each is answered, with a result or with when to come again', async (t) => {
  const server = await serveSlow(t, 10);
  const replies = await Promise.all(Array.from({ length: 200 }, () => run(server, 20)));
  const served = replies.filter(({ status }) => status === 200);
  const refused = replies.filter(({ status }) => status === 503);
  assert.equal(served.length + refused.length, 200);
  assert.ok(served.length >= 11, `only ${served.length} were served: one that runs and ten that wait`);
  assert.ok(refused.length > 0, 'a queue of 10 took 200 requests');
  for (const { headers, json } of refused) {
    // Ten that take some tens of milliseconds each: longer where the machine is slow.
    assert.match(headers.get('retry-after') ?? '', /^[1-9]$/);
    assert.match(json.error, /^the queue of 10 waiting requests is full; try again later$/);
  }
  for (const { json } of served) assert.deepEqual(json.outputs[0].data, [1]);
  assert.equal((await run(server, 1)).status, 200);
  await theQuickModelServes(server);
});

test('the queue has exactly the room it is given, for each model', async (t) => {
  const server = await serveSlow(t, 2);
  const running = await begin(server, LONG);
  const waiting = [await begin(server, 1), await begin(server, 1)];
  const refused = await run(server, 1);
  assert.equal(refused.status, 503);
  await theQuickModelServes(server);
  for (const { reply } of [running, ...waiting]) assert.equal((await reply).status, 200);
});

test('a queue of no requests refuses while one runs, and serves one after the other', async (t) => {
  const server = await serveSlow(t, 0);
  const { reply } = await begin(server, LONG);
  assert.equal((await run(server, 1)).status, 503);
  assert.equal((await reply).status, 200);
  assert.equal((await run(server, 1)).status, 200);
});

test('requests whose callers leave while they wait are not run, and give their room back', async (t) => {
  const server = await serveSlow(t, 8);
  const { reply } = await begin(server, LONG);
  const leavers = await beginLeavers(server, 8, FOREVER);
  assert.equal((await run(server, 1)).status, 503, 'the queue should be full');
  await leavers.leave();
  const next = await eventually(
    () => Promise.resolve(begin(server, 1)).then(({ reply: each }) => each),
    ({ status }) => status === 200,
  );
  assert.equal(next.status, 200);
  assert.equal((await reply).status, 200);
});

test('a caller that leaves while its request runs costs no more than that run', async (t) => {
  const server = await serveSlow(t, 64);
  const leaver = await beginLeavers(server, 1, 200);
  await leaver.leave();
  assert.equal((await run(server, 1)).status, 200);
  await theQuickModelServes(server);
});
