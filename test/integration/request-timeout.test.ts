import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, type TestContext, test } from 'node:test';
import { entered } from '../support/entered.js';
import { identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const slowPath = writeModel(folder, 'slow.onnx', slowModel());
const quickPath = writeModel(folder, 'quick.onnx', identityModel('UINT8', [1]));

const INFER = '/v2/models/slow/infer';
/** Iterations that are still running after anything else these tests do meanwhile. */
const LONG = 2500;
const QUICK = { infer: inferBody(tensor('input', 'UINT8', [1], [3])), generate: { input: 3 } };

async function serveBoth(t: TestContext): Promise<TestServer> {
  const offers = [offerOf({ name: 'slow', path: slowPath }), offerOf({ name: 'quick', path: quickPath })];
  return await serve((end) => t.after(end), settingsOf(offers));
}

interface Answered {
  readonly status: number;
  readonly text: string;
}

async function post(server: TestServer, path: string, body: object, timeout?: string): Promise<Answered> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: timeout === undefined ? {} : { 'X-Request-Timeout': timeout },
  });
  return { status: response.status, text: await response.text() };
}

function run(server: TestServer, iterations: number, timeout?: string): Promise<Answered> {
  return post(server, INFER, inferBody(tensor('iterations', 'INT64', [1], [iterations])), timeout);
}

/** A request that keeps the only instance busy when this settles, and whether it has been answered. */
async function occupy(server: TestServer): Promise<{ readonly reply: Promise<Answered>; isBusy(): boolean }> {
  const inside = entered(INFER);
  let busy = true;
  const reply = run(server, LONG).finally(() => {
    busy = false;
  });
  await inside;
  return { reply, isBusy: () => busy };
}

/** Two clocks watch a deadline of 20 ms, the exchange's and the scheduler's, and either may be the first to tell. */
function toldBy(scheduler: string): RegExp {
  return new RegExp(`^\\{"error":"(${scheduler}|the deadline of 20 ms passed)"\\}$`);
}

test('a request that waits for its instance gets 504 at its deadline, while the instance is still busy', async (t) => {
  const server = await serveBoth(t);
  const { reply, isBusy } = await occupy(server);
  const patient = run(server, 1, '1m');
  const late = await run(server, 1, '20ms');
  assert.ok(isBusy(), 'the instance was free before the deadline');
  assert.equal(late.status, 504);
  assert.match(late.text, toldBy("the request's deadline passed while it waited"));
  assert.equal((await reply).status, 200);
  assert.equal((await patient).status, 200);
  const { json } = await server.get('/v2/models/slow/stats');
  const [{ inference_count: runs }] = json.model_stats;
  assert.equal(runs, 2, 'what was late has not been run');
});

test('a request whose run takes too long gets 504 while it goes on; the next one is served', async (t) => {
  const server = await serveBoth(t);
  const late = await run(server, LONG, '0.02');
  assert.equal(late.status, 504);
  assert.match(late.text, toldBy("the request's deadline passed before its answer was there"));
  assert.equal((await run(server, 1)).status, 200);
});

test('a request whose body is not there by then gets 504', async (t) => {
  const server = await serveBoth(t);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'X-Request-Timeout': '20ms', 'Content-Length': '100' };
    const sent = request({ host: '127.0.0.1', port: server.port, path: INFER, method: 'POST', headers });
    sent.on('error', reject).on('response', (response) => {
      resolve(response.statusCode);
      response.resume();
      sent.off('error', reject).on('error', () => {});
      sent.destroy();
    });
    sent.write('{"inputs"');
  });
  assert.equal(status, 504);
});

test('the header is read where a model is run, and means nothing elsewhere', async (t) => {
  const server = await serveBoth(t);
  for (const [ability, body] of [
    ['infer', QUICK.infer],
    ['generate', QUICK.generate],
    ['generate_stream', QUICK.generate],
  ] as const) {
    for (const path of [`/v2/models/quick/${ability}`, `/v2/models/quick/versions/1/${ability}`]) {
      assert.equal((await post(server, path, body, '30')).status, 200, path);
      // No request is that quick.
      assert.equal((await post(server, path, body, '0.001us')).status, 504, path);
      const refused = await post(server, path, body, 'soon');
      assert.equal(refused.status, 400, path);
      assert.match(refused.text, /the header X-Request-Timeout must be .*, but is 'soon'/);
    }
  }
  assert.equal((await post(server, '/v2/repository/index', {}, 'soon')).status, 200);
});

test('the OpenAPI document says which operations take the header', async (t) => {
  const { json } = await (await serveBoth(t)).get('/openapi.json');
  const takers = Object.keys(json.paths).filter((path) =>
    json.paths[path].post?.parameters?.some(({ name }: { name: string }) => name === 'X-Request-Timeout'),
  );
  assert.deepEqual(
    takers.map((path) => path.split('/').at(-1)),
    ['infer', 'infer', 'generate', 'generate', 'generate_stream', 'generate_stream'],
  );
});
