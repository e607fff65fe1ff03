import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { startServer } from '#app/start.js';
import { DEFAULT_CONTROL } from '#control/options.js';
import { eventually } from '../support/eventually.js';
import { collected, type GrpcClient, grpcClient, nextOf } from '../support/grpc-client.js';
import { bytesOf, identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const folder = modelDirectory(after);
const slowPath = writeModel(folder, 'slow.onnx', slowModel());
const quickPath = writeModel(folder, 'quick.onnx', identityModel('UINT8'));

/** Iterations that are still running after anything else these tests do meanwhile. */
const LONG = 2500;
/** Iterations that no test could wait for. */
const FOREVER = 20_000;

const iterations = (count: number): object => ({
  model_name: 'slow',
  inputs: [{ name: 'iterations', datatype: 'INT64', shape: [1] }],
  raw_input_contents: [bytesOf(BigInt64Array.of(BigInt(count)))],
});

const quick = {
  model_name: 'quick',
  inputs: [{ name: 'input', datatype: 'UINT8', shape: [2] }],
  raw_input_contents: [Uint8Array.of(3, 4)],
};

async function serveSlow(
  t: TestContext,
  parts: Parameters<typeof settingsOf>[1] = {},
): Promise<{ readonly server: TestServer; readonly client: GrpcClient }> {
  const offers = [offerOf({ name: 'slow', path: slowPath }), offerOf({ name: 'quick', path: quickPath })];
  const server = await serve((end) => t.after(end), settingsOf(offers, { grpc: GRPC, ...parts }));
  const client = grpcClient(server.grpcPort);
  t.after(() => client.close());
  return { server, client };
}

test('a deadline that passes in the queue ends the call and gives its room back', async (t) => {
  const { server, client } = await serveSlow(t, { maxQueueSize: 1 });
  const running = client.call('ModelInfer', iterations(LONG));
  await server.inside(1);
  const late = await client.fail('ModelInfer', iterations(FOREVER), { deadline: Date.now() + 100 });
  assert.equal(late.code, 4);
  await server.inside(1);
  const next = client.call('ModelInfer', iterations(1));
  assert.ok(await next, 'its room in the queue is free again');
  await running;
});

test('a caller that cancels while it waits is not run, and gives its room back', async (t) => {
  const { server, client } = await serveSlow(t, { maxQueueSize: 1 });
  const running = client.call('ModelInfer', iterations(LONG));
  await server.inside(1);
  const leaver = new Promise<number>((resolve) => {
    const call = client.raw.ModelInfer(iterations(FOREVER), (error: { code: number }) => resolve(error.code));
    void server.inside(2).then(() => call.cancel());
  });
  assert.equal(await leaver, 1);
  await server.inside(1);
  await client.call('ModelInfer', iterations(1));
  await running;
});

test('a stream that is cancelled takes its waiting requests with it', async (t) => {
  const { server, client } = await serveSlow(t);
  const stream = client.stream('ModelStreamInfer');
  const done = collected(stream);
  stream.write(iterations(LONG));
  for (let i = 0; i < 8; i++) stream.write(iterations(FOREVER));
  await server.inside(9);
  stream.cancel();
  assert.equal((await done).outcome.code, 1);
  await server.inside(0);
  await client.call('ModelInfer', iterations(1));
});

test('a full queue is UNAVAILABLE, and says when to come again', async (t) => {
  const { server, client } = await serveSlow(t, { maxQueueSize: 1 });
  const running = [client.call('ModelInfer', iterations(LONG)), client.call('ModelInfer', iterations(1))];
  await server.inside(2);
  const refused = await client.fail('ModelInfer', iterations(1));
  assert.equal(refused.code, 14);
  assert.match(refused.details, /^the queue of 1 waiting requests is full; try again later$/);
  assert.deepEqual(refused.metadata.get('grpc-retry-pushback-ms'), ['1000']);
  await Promise.all(running);
});

test('a drain lets calls finish, tells health, ends idle streams, and refuses what is new', async (t) => {
  const { server, client } = await serveSlow(t);
  const health = grpcClient(server.grpcPort, 'grpc.health.v1.Health');
  t.after(() => health.close());
  const watch = health.raw.Watch({});
  assert.deepEqual(await nextOf(watch), { status: 'SERVING' });
  const watched = collected(watch);
  const idle = client.stream('ModelStreamInfer');
  const first = nextOf(idle);
  idle.write(quick);
  await first;
  const idled = collected(idle);
  const running = client.call('ModelInfer', iterations(LONG));
  await server.inside(1);

  const stopped = server.stop();
  const refused = await eventually(
    () => client.call('ModelInfer', quick).catch((outcome) => outcome),
    (outcome) => outcome.code === 14,
  );
  assert.match(refused.details, /^the server is shutting down$/);
  assert.deepEqual([...(await running).raw_output_contents[0]], [...bytesOf(Float32Array.of(1))]);
  assert.equal((await idled).outcome.details, 'the server is shutting down');
  const { messages, outcome } = await watched;
  assert.deepEqual(messages, [{ status: 'NOT_SERVING' }]);
  assert.equal(outcome.code, 14);
  assert.equal(await stopped, 0);
});

test('a port that is taken is named, with the option that chooses another, and none stays open', async (t) => {
  const other = createServer();
  t.after(() => other.close());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const settings = settingsOf([], { grpc: { ...GRPC, port } });
  await assert.rejects(startServer(settings), {
    message: `cannot listen on grpc://127.0.0.1:${port}: the port is in use by another process (--grpc-port chooses another)`,
  });
});

test('without gRPC there is no port for it', async (t) => {
  const server = await serve((end) => t.after(end), settingsOf([]));
  assert.equal(server.server.grpcPort, null);
});

test('a health watch hears of every change of readiness', async (t) => {
  const server = await serve(
    (end) => t.after(end),
    settingsOf([offerOf({ name: 'quick', path: quickPath })], {
      grpc: GRPC,
      control: { ...DEFAULT_CONTROL, startWith: [] },
    }),
  );
  const health = grpcClient(server.grpcPort, 'grpc.health.v1.Health');
  t.after(() => health.close());
  const watch = health.raw.Watch({ service: '' });
  watch.on('error', () => {});
  assert.deepEqual(await nextOf(watch), { status: 'SERVING' }, 'nothing is wanted yet');
  const loaded = server.post('/v2/repository/models/quick/load', '');
  assert.deepEqual(await nextOf(watch), { status: 'NOT_SERVING' }, 'a wanted model is loading');
  assert.deepEqual(await nextOf(watch), { status: 'SERVING' }, 'it is ready');
  assert.equal((await loaded).status, 200);
  watch.cancel();
});
