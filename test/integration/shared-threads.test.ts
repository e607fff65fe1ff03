import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { MOST_OF_THEIR_OWN, MOST_SHARED } from '#device/which-thread.js';
import { NO_RETRY } from '#lifecycle/retry.js';
import { EngineThreads } from '../support/engine-threads.js';
import { eventually } from '../support/eventually.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { indexOf, untilState } from '../support/repository.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const path = writeModel(folder, 'identity.onnx', identityModel('UINT8'));
const MOST = MOST_OF_THEIR_OWN + MOST_SHARED;
/** So many threads have two sessions. */
const PAIRS = 6;
const COUNT = MOST + PAIRS;
/** The first shared thread: of the models that came first to share, and of the first that found no other place. */
const SHARED = MOST_OF_THEIR_OWN;
const NEIGHBOURS = [`m${MOST_OF_THEIR_OWN}`, `m${MOST}`];

async function serveMany(t: TestContext): Promise<{ server: TestServer; threads: EngineThreads }> {
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const offers = Array.from({ length: COUNT }, (_, i) => offerOf({ name: `m${i}`, path, workers: 1 }));
  const loading = { maxLoads: 1, retry: NO_RETRY };
  const server = await serve((end) => t.after(end), settingsOf(offers, { loading }));
  return { server, threads };
}

async function assertServes(server: TestServer, name: string, value: number): Promise<void> {
  const body = inferBody(tensor('input', 'UINT8', [2], [value, 4]));
  const reply = await server.post(`/v2/models/${name}/infer`, body);
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [value, 4]], reply.text);
}

test('small models share threads once there are many, and each answers for itself', async (t) => {
  const { server, threads } = await serveMany(t);
  assert.equal(threads.started.length, MOST);
  await Promise.all(Array.from({ length: COUNT }, (_, i) => assertServes(server, `m${i}`, i)));
});

test('a shared thread that dies takes nobody along: each comes back with a thread of its own', async (t) => {
  const { server, threads } = await serveMany(t);
  await threads.kill(SHARED);
  for (const name of NEIGHBOURS) await assertServes(server, name, 7);
  await assertServes(server, 'm0', 8);
  assert.equal(threads.started.length, MOST + NEIGHBOURS.length);
  assert.ok((await indexOf(server)).every(({ state }) => state === 'READY'));
});

test('one that is unloaded leaves its neighbour alone, and the last one takes the thread along', async (t) => {
  const { server, threads } = await serveMany(t);
  const [one = '', other = ''] = NEIGHBOURS;
  const unload = async (name: string): Promise<void> => {
    await server.post(`/v2/repository/models/${name}/unload`, '');
    await untilState(server, name, 'UNAVAILABLE');
  };
  const thread = threads.started[SHARED];
  await unload(one);
  assert.notEqual(thread?.threadId, -1);
  await assertServes(server, other, 9);
  await unload(other);
  await eventually(
    async () => thread?.threadId,
    (id) => id === -1,
  );
});
