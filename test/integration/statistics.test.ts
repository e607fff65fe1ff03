/** What the models did, and how they are served, told over REST and gRPC alike. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { PLAIN_BATCHING } from '#lifecycle/offer.js';
import { entered } from '../support/entered.js';
import { grpcClient } from '../support/grpc-client.js';
import {
  addSubModel,
  bytesOf,
  identityModel,
  modelDirectory,
  slowModel,
  writeModel,
} from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const simple = writeModel(folder, 'simple.onnx', addSubModel());
const fixed = writeModel(folder, 'fixed.onnx', identityModel('FP32', [1, 4]));
const slow = writeModel(folder, 'slow.onnx', slowModel());
const grpc = {
  host: '127.0.0.1',
  port: 0,
  maxMessageBytes: 1024 * 1024,
  messageTimeoutMs: 10_000,
  responseCompression: 'none' as const,
};

const models = [
  offerOf({ name: 'simple', path: simple }),
  offerOf({ name: 'simple', path: simple, version: '2' }),
  offerOf({ name: 'fixed', path: fixed, platform: 'npu', device: 'warboy(1)*1' }),
  offerOf({ name: 'slow', path: slow }),
];
const server: TestServer = await serve(after, settingsOf(models, { grpc, maxQueueSize: 4 }));
const client = grpcClient(server.grpcPort ?? 0);
after(() => client.close());

const rowsOf = (rows: number): object => {
  const data = new Array<number>(rows * 16).fill(1);
  return inferBody(tensor('a', 'INT32', [rows, 16], data), tensor('b', 'INT32', [rows, 16], data));
};
const iterations = (count: number, parameters: object = {}): object => ({
  ...inferBody(tensor('iterations', 'INT64', [1], [count])),
  parameters,
});

test('counts of requests, rows and batches agree, and grow by what was sent', async () => {
  for (const rows of [1, 4, 4]) {
    assert.equal((await server.post('/v2/models/simple/versions/2/infer', rowsOf(rows))).status, 200);
  }
  // Malformed: it never comes to the model.
  assert.equal((await server.post('/v2/models/simple/versions/2/infer', inferBody())).status, 400);
  const { json } = await server.get('/v2/models/simple/versions/2/stats');
  const [stats] = json.model_stats;
  assert.equal(json.model_stats.length, 1);
  assert.deepEqual(
    [stats.name, stats.version, stats.inference_count, stats.execution_count],
    ['simple', '2', 9, 3],
  );
  assert.ok(stats.last_inference > Date.UTC(2026, 0, 1));
  const { success, fail, queue, compute_input, compute_infer, compute_output } = stats.inference_stats;
  for (const part of [success, queue, compute_input, compute_infer, compute_output])
    assert.equal(part.count, 3);
  assert.equal(fail.count, 0);
  const parts = queue.ns + compute_input.ns + compute_infer.ns + compute_output.ns;
  assert.ok(parts <= success.ns && compute_infer.ns > 0, JSON.stringify(stats.inference_stats));
  assert.deepEqual(
    stats.batch_stats.map((each: { batch_size: number; compute_infer: { count: number } }) => [
      each.batch_size,
      each.compute_infer.count,
    ]),
    [
      [1, 1],
      [4, 2],
    ],
  );
  const [told] = (await client.call('ModelStatistics', { name: 'simple', version: '2' })).model_stats;
  assert.deepEqual([told.name, told.inference_count, told.execution_count], ['simple', '9', '3']);
  assert.deepEqual(told.inference_stats.success, { count: '3', ns: String(success.ns) });
  assert.deepEqual(
    told.batch_stats.map((each: { batch_size: string }) => each.batch_size),
    ['1', '4'],
  );
});

test('statistics are of every model, one model or one version', async () => {
  const told = async (path: string): Promise<string[]> =>
    (await server.get(path)).json.model_stats.map(
      (each: { name: string; version: string }) => `${each.name}/${each.version}`,
    );
  assert.deepEqual(await told('/v2/models/stats'), ['simple/1', 'simple/2', 'fixed/1', 'slow/1']);
  assert.deepEqual(await told('/v2/models/simple/stats'), ['simple/1', 'simple/2']);
  assert.deepEqual(await told('/v2/models/simple/versions/1/stats'), ['simple/1']);
  assert.equal((await client.call('ModelStatistics')).model_stats.length, 4);
  const missing = await server.get('/v2/models/nobody/stats');
  assert.deepEqual(
    [missing.status, missing.json.error],
    [404, "Request for unknown model: 'nobody' is not found"],
  );
  const { code, details } = await client.fail('ModelStatistics', { name: 'nobody' });
  assert.deepEqual([code, details], [5, missing.json.error]);
});

test('a request whose timeout passes while it waits is not run, and counts as failed', async () => {
  const inside = entered('/v2/models/slow/infer');
  const running = server.post('/v2/models/slow/infer', iterations(3000));
  await inside;
  const late = await server.post('/v2/models/slow/infer', iterations(1, { timeout: 1000 }));
  assert.deepEqual([late.status, late.json.error], [504, "the request's deadline passed while it waited"]);
  const { code } = await client.fail('ModelInfer', {
    model_name: 'slow',
    inputs: [{ name: 'iterations', datatype: 'INT64', shape: [1] }],
    raw_input_contents: [bytesOf(BigInt64Array.of(1n))],
    parameters: { timeout: { int64_param: 1000 } },
  });
  assert.equal(code, 4);
  assert.equal((await running).status, 200);
  const [stats] = (await server.get('/v2/models/slow/stats')).json.model_stats;
  assert.deepEqual([stats.inference_stats.success.count, stats.inference_stats.fail.count], [1, 2]);
});

test('rows that do not agree, or are too many, are refused', async () => {
  const data = new Array<number>(32).fill(1);
  const body = inferBody(tensor('a', 'INT32', [1, 16], data.slice(16)), tensor('b', 'INT32', [2, 16], data));
  const { status, json } = await server.post('/v2/models/simple/infer', body);
  assert.equal(status, 400);
  assert.match(json.error, /^input 'INPUT1' batch size does not match other inputs for 'simple'/);
});

test('a bound on the rows is told and kept', async (t) => {
  const bounded = await serve(
    (end) => t.after(end),
    settingsOf([
      offerOf({
        name: 'simple',
        path: simple,
        maxBatchSize: 4,
        batching: { ...PLAIN_BATCHING, splitLarge: false },
      }),
    ]),
  );
  assert.equal((await bounded.get('/v2/models/simple/config')).json.max_batch_size, 4);
  assert.equal((await bounded.post('/v2/models/simple/infer', rowsOf(4))).status, 200);
  const { status, json } = await bounded.post('/v2/models/simple/infer', rowsOf(5));
  assert.deepEqual(
    [status, json.error],
    [400, "inference request batch-size must be <= 4 for 'simple', but is 5"],
  );
});

test('a bound on the rows of a model without a batch is a load that fails', async (t) => {
  const server = await serve(
    (end) => t.after(end),
    settingsOf([offerOf({ name: 'fixed', path: fixed, maxBatchSize: 4 })]),
  );
  const [{ state, reason }] = (await server.get('/v2/repository/index')).json;
  assert.equal(state, 'UNAVAILABLE');
  assert.match(reason, /^max_batch_size is 4, but the first axis of input 'input' is not open/);
});

test('the configuration is the same over REST and gRPC, and leaves the batch out of the dims', async () => {
  const { json } = await server.get('/v2/models/simple/config');
  assert.deepEqual(
    [json.name, json.platform, json.backend, json.max_batch_size],
    ['simple', 'onnxruntime_onnx', 'onnxruntime', 2 ** 31 - 1],
  );
  assert.deepEqual(
    json.input.map((each: { dims: number[] }) => each.dims),
    [[16], [16]],
  );
  assert.deepEqual((await server.get('/v2/models/simple')).json.inputs[0].shape, [-1, 16]);
  const { config } = await client.call('ModelConfig', { name: 'simple' });
  assert.deepEqual(
    [config.name, config.max_batch_size, config.input[0].dims, config.input[0].data_type],
    ['simple', 2 ** 31 - 1, ['16'], 'TYPE_INT32'],
  );
  assert.deepEqual(config.instance_group[0].kind, 'KIND_CPU');
  const npu = (await server.get('/v2/models/fixed/config')).json;
  assert.deepEqual([npu.platform, npu.max_batch_size, npu.input[0].dims], ['npu', 0, [1, 4]]);
});
