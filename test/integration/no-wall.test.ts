import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { NO_RETRY } from '#lifecycle/retry.js';
import { addSubModel, failingModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import { countingTflite } from '../support/slow-models.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const addSub = writeModel(folder, 'add-sub.onnx', addSubModel());
const failing = writeModel(folder, 'failing.onnx', failingModel());
const tflite = writeModel(folder, 'counting.tflite', countingTflite());

const OPEN = { runTimeoutMs: null, loadTimeoutMs: null };
const NONE = { isolation: { wall: 'none', ...OPEN } } as const;

async function serveAll(t: TestContext): Promise<TestServer> {
  const offers = [
    offerOf({ name: 'here', path: addSub, device: 'cpu', ...NONE }),
    offerOf({ name: 'there', path: addSub, device: 'cpu' }),
    offerOf({ name: 'failing', path: failing, ...NONE }),
    offerOf({ name: 'tflite', path: tflite, ...NONE }),
  ];
  const loading = { maxLoads: 1, retry: NO_RETRY };
  return await serve((end) => t.after(end), settingsOf(offers, { loading, grpc: GRPC }));
}

function sum(server: TestServer, model: string, first: number) {
  const row = (start: number) =>
    tensor(
      '',
      'INT32',
      [1, 16],
      Array.from({ length: 16 }, (_, i) => start + i),
    );
  const inputs = [
    { ...row(first), name: 'INPUT0' },
    { ...row(7), name: 'INPUT1' },
  ];
  return server.post(`/v2/models/${model}/infer`, inferBody(...inputs));
}

test('a model without a wall answers as one behind a thread does, however many ask at once', async (t) => {
  const server = await serveAll(t);
  const outputsOf = async (model: string) =>
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const { status, json } = await sum(server, model, i * 1000);
        assert.equal(status, 200, JSON.stringify(json));
        return (json as { outputs: unknown }).outputs;
      }),
    );
  assert.deepEqual(await outputsOf('here'), await outputsOf('there'));
});

test('its metadata say so, and it has one instance of one thread unless other numbers are asked for', async (t) => {
  const server = await serveAll(t);
  const propertiesOf = async (model: string) =>
    ((await server.get(`/v2/models/${model}`)).json as { properties: Record<string, string> }).properties;
  const { isolation, instances, threads_per_instance } = await propertiesOf('here');
  assert.deepEqual([isolation, instances, threads_per_instance], ['none', '1', '1']);
  const there = await propertiesOf('there');
  assert.equal(there['isolation'], undefined);
});

test('an engine that fails in the server’s own thread fails the request, and the next one is answered', async (t) => {
  const server = await serveAll(t);
  const refused = await server.post(
    '/v2/models/failing/infer',
    inferBody(tensor('index', 'INT64', [1], [99])),
  );
  assert.notEqual(refused.status, 200);
  assert.equal((await sum(server, 'here', 1)).status, 200);
});

test('TFLite runs without a wall', async (t) => {
  const server = await serveAll(t);
  const reply = await server.post('/v2/models/tflite/infer', inferBody(tensor('n', 'INT32', [1], [7])));
  assert.equal(reply.status, 200, JSON.stringify(reply.json));
});

test('what runs without a wall is unloaded and loaded again', async (t) => {
  const server = await serveAll(t);
  for (const turn of [1, 2, 3]) {
    assert.equal((await server.post('/v2/repository/models/here/unload', {})).status, 200);
    assert.equal((await server.post('/v2/repository/models/here/load', {})).status, 200);
    assert.equal((await sum(server, 'here', turn)).status, 200);
  }
});
