/** Answers that are kept in the server's memory, and what is told of them. */
import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { responseKey } from '#cache/key.js';
import { bytesOfEntry } from '#cache/local-store.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { answeredOutputs, binaryBody, postBytes } from '../support/binary.js';
import { entered } from '../support/entered.js';
import { type GrpcClient, grpcClient } from '../support/grpc-client.js';
import { hearLog } from '../support/heard.js';
import {
  addSubModel,
  bytesOf,
  failingModel,
  identityModel,
  modelDirectory,
  slowModel,
  tensorInfo,
  writeModel,
} from '../support/onnx-models.js';
import { encodeModel } from '../support/onnx-writer.js';
import { serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const INFER = '/v2/models/model/infer';

/** One cached model named `model`. */
async function serveCached(
  t: TestContext,
  bytes: Uint8Array,
  parts: Partial<ConfiguredVersion> = {},
  localBytes = 1e6,
): Promise<{ readonly server: TestServer; readonly client: GrpcClient }> {
  const path = writeModel(folder, `${files++}.onnx`, bytes);
  const offer = offerOf({ path, isCached: true, ...parts });
  const settings = settingsOf([offer], { grpc: GRPC, cache: { localBytes, redis: null } });
  const server = await serve((end) => t.after(end), settings);
  const client = grpcClient(server.grpcPort);
  t.after(() => client.close());
  return { server, client };
}
let files = 0;

/** Answers from what was kept, those after a look in vain, and runs. */
async function counts(server: TestServer): Promise<{ hits: number; misses: number; runs: number }> {
  const [stats] = (await server.get('/v2/models/model/stats')).json.model_stats;
  const { cache_hit, cache_miss } = stats.inference_stats;
  return { hits: cache_hit.count, misses: cache_miss.count, runs: stats.execution_count };
}

/** `y` = -`x`, or `x` itself. */
function signModel(op: 'Neg' | 'Identity'): Uint8Array {
  return encodeModel({
    graph: {
      nodes: [{ op, inputs: ['x'], outputs: ['y'] }],
      inputs: [tensorInfo('x', 'FP32', ['n'])],
      outputs: [tensorInfo('y', 'FP32', ['n'])],
    },
  });
}

const numbers = (...data: number[]): object => inferBody(tensor('x', 'FP32', [data.length], data));

async function first(server: TestServer, body: object): Promise<unknown> {
  const { status, json, text } = await server.post(INFER, body);
  assert.equal(status, 200, text);
  return json.outputs[0].data;
}

test('the same question over JSON, binary and gRPC is run once, and its answer is the same each time', async (t) => {
  const { server, client } = await serveCached(t, identityModel('FP32'));
  const data = new Float32Array(20_000).map((_, i) => i / 2);
  const shape = [data.length];
  const json = { id: 'one', ...inferBody(tensor('input', 'FP32', shape, [...data])) };
  const binary = binaryBody(
    {
      id: 'two',
      inputs: [{ name: 'input', datatype: 'FP32', shape, parameters: { binary_data_size: data.byteLength } }],
      parameters: { binary_data_output: true },
    },
    bytesOf(data),
  );
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(await first(server, json), [...data]);
    const headers = { 'Inference-Header-Content-Length': String(binary.jsonBytes) };
    const [output] = answeredOutputs(await postBytes(server.port, INFER, binary.body, headers));
    assert.deepEqual(output?.bytes, bytesOf(data));
    const { raw_output_contents, id } = await client.call('ModelInfer', {
      model_name: 'model',
      id: `g${round}`,
      inputs: [{ name: 'input', datatype: 'FP32', shape }],
      raw_input_contents: [bytesOf(data)],
    });
    assert.deepEqual([new Uint8Array(raw_output_contents[0]), id], [bytesOf(data), `g${round}`]);
  }
  assert.deepEqual(await counts(server), { hits: 8, misses: 1, runs: 1 });
});

test('texts are kept as any other tensor', async (t) => {
  const { server } = await serveCached(t, identityModel('BYTES'));
  const ask = (...texts: string[]) =>
    first(server, inferBody(tensor('input', 'BYTES', [texts.length], texts)));
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(await ask('ab', 'c', ''), ['ab', 'c', '']);
    assert.deepEqual(await ask('a', 'bc', ''), ['a', 'bc', '']);
  }
  assert.deepEqual(await counts(server), { hits: 2, misses: 2, runs: 2 });
});

test('other outputs, in another order, are other answers; the way they are told is not', async (t) => {
  const { server } = await serveCached(t, addSubModel());
  const a = tensor(
    'INPUT0',
    'INT32',
    [1, 16],
    Array.from({ length: 16 }, (_, i) => i),
  );
  const b = tensor('INPUT1', 'INT32', [1, 16], new Array(16).fill(1));
  const ask = async (outputs: object[]): Promise<unknown> => {
    const { json } = await server.post(INFER, { ...inferBody(a, b), outputs });
    return json.outputs.map(({ name, data }: { name: string; data: unknown[] }) => [name, data[0]]);
  };
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(await ask([{ name: 'OUTPUT1' }]), [['OUTPUT1', -1]]);
    assert.deepEqual(await ask([{ name: 'OUTPUT0' }]), [['OUTPUT0', 1]]);
    assert.deepEqual(await ask([{ name: 'OUTPUT1' }, { name: 'OUTPUT0' }]), [
      ['OUTPUT1', -1],
      ['OUTPUT0', 1],
    ]);
    assert.deepEqual(await ask([{ name: 'OUTPUT0', parameters: { classification: 1 } }]), [
      ['OUTPUT0', '16:15'],
    ]);
  }
  assert.deepEqual(await counts(server), { hits: 5, misses: 3, runs: 3 });
});

test('the statistics of hits and misses agree over REST and gRPC', async (t) => {
  const { server, client } = await serveCached(t, signModel('Neg'));
  for (const value of [1, 2, 1, 1]) assert.deepEqual(await first(server, numbers(value)), [-value]);
  const [stats] = (await server.get('/v2/models/model/stats')).json.model_stats;
  const part = (name: string): number => stats.inference_stats[name].count;
  assert.deepEqual([stats.inference_count, stats.execution_count, stats.batch_stats.length], [2, 2, 1]);
  assert.deepEqual(['success', 'queue', 'cache_hit', 'cache_miss', 'fail'].map(part), [4, 4, 2, 2, 0]);
  assert.deepEqual(['compute_input', 'compute_infer', 'compute_output'].map(part), [2, 2, 2]);
  assert.ok(stats.inference_stats.cache_hit.ns > 0 && stats.inference_stats.cache_miss.ns > 0);
  const [told] = (await client.call('ModelStatistics', { name: 'model' })).model_stats;
  for (const name of ['success', 'cache_hit', 'cache_miss']) {
    const { count, ns } = stats.inference_stats[name];
    assert.deepEqual(told.inference_stats[name], { count: String(count), ns: String(ns) });
  }
});

test('requests that fail fail again, and are run each time', async (t) => {
  const { server } = await serveCached(t, failingModel());
  const ask = (index: number) => server.post(INFER, inferBody(tensor('index', 'INT64', [1], [index])));
  assert.deepEqual([(await ask(7)).status, (await ask(7)).status], [500, 500]);
  assert.deepEqual(await counts(server), { hits: 0, misses: 0, runs: 0 });
  assert.deepEqual((await ask(1)).json.outputs[0].data, [20]);
});

test('with room for two answers, the one that was not asked for the longest is run again', async (t) => {
  const key = responseKey({ name: '', version: '', fingerprint: '' }, { inputs: [], outputs: [] });
  const each = bytesOfEntry(key, [{ name: 'y', datatype: 'FP32', shape: [1], data: new Uint8Array(4) }]);
  const { server } = await serveCached(t, signModel('Neg'), {}, 2 * each);
  const hits = async (value: number): Promise<number> => {
    const before = (await counts(server)).hits;
    assert.deepEqual(await first(server, numbers(value)), [-value]);
    return (await counts(server)).hits - before;
  };
  const seen: number[] = [];
  for (const value of [1, 2, 1, 3, 1, 2]) seen.push(await hits(value));
  assert.deepEqual(seen, [0, 0, 1, 0, 1, 0]);
  // An answer of more than all of the room is answered, not kept, and moves nothing out.
  const many = Array.from({ length: 1000 }, (_, i) => i + 1);
  const negative = many.map((each) => -each);
  for (let round = 0; round < 2; round++) assert.deepEqual(await first(server, numbers(...many)), negative);
  assert.deepEqual([await hits(1), await hits(2)], [1, 1]);
  assert.deepEqual(await counts(server), { hits: 4, misses: 6, runs: 6 });
});

describe('the same request many times at once', () => {
  const iterations = (count: number): object => inferBody(tensor('iterations', 'INT64', [1], [count]));

  test('is run once', async (t) => {
    const { server } = await serveCached(t, slowModel());
    const inside = entered(INFER, 20);
    const replies = Array.from({ length: 20 }, () => server.post(INFER, iterations(1500)));
    await inside;
    for (const { json, text } of await Promise.all(replies)) {
      assert.ok(Math.abs(json.outputs?.[0].data[0] - 1) < 1e-3, text);
    }
    assert.deepEqual(await counts(server), { hits: 19, misses: 1, runs: 1 });
  });

  test('is run for the others when the first one leaves while it waits', async (t) => {
    const { server } = await serveCached(t, slowModel());
    const url = `http://127.0.0.1:${server.port}${INFER}`;
    let inside = entered(INFER);
    const before = server.post(INFER, iterations(2500));
    await inside;
    const controller = new AbortController();
    inside = entered(INFER);
    const body = JSON.stringify(iterations(1));
    const leaver = fetch(url, { method: 'POST', body, signal: controller.signal });
    await inside;
    inside = entered(INFER, 3);
    const stay = [1, 1, 1].map((count) => server.post(INFER, iterations(count)));
    await inside;
    controller.abort();
    await assert.rejects(leaver, { name: 'AbortError' });
    for (const { status, text } of await Promise.all([before, ...stay])) assert.equal(status, 200, text);
    assert.deepEqual(await counts(server), { hits: 2, misses: 2, runs: 2 });
  });
});

test('a model that was loaded again from another file does not give the old answers', async (t) => {
  const path = writeModel(folder, 'changing.onnx', signModel('Neg'));
  const settings = settingsOf([offerOf({ path, isCached: true })], {
    cache: { localBytes: 1e6, redis: null },
  });
  const server = await serve((end) => t.after(end), settings);
  const reload = async (bytes: Uint8Array): Promise<void> => {
    assert.equal((await server.post('/v2/repository/models/model/unload', '')).status, 200);
    writeModel(folder, 'changing.onnx', bytes);
    assert.equal((await server.post('/v2/repository/models/model/load', '')).status, 200);
  };
  assert.deepEqual(await first(server, numbers(3)), [-3]);
  await reload(signModel('Identity'));
  assert.deepEqual(await first(server, numbers(3)), [3]);
  await reload(signModel('Neg'));
  assert.deepEqual(await first(server, numbers(3)), [-3]);
  // The first file is back, and with it what was kept of it.
  assert.deepEqual(await counts(server), { hits: 1, misses: 0, runs: 0 });
});

test('models share the room, and never an answer', async (t) => {
  const offers = ['a', 'b'].map((name) =>
    offerOf({
      name,
      isCached: true,
      path: writeModel(folder, `share-${name}.onnx`, signModel(name === 'a' ? 'Neg' : 'Identity')),
    }),
  );
  const settings = settingsOf(offers, { cache: { localBytes: 1e6, redis: null } });
  const server = await serve((end) => t.after(end), settings);
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all(
      ['a', 'b'].map((name) => server.post(`/v2/models/${name}/infer`, numbers(5))),
    );
    assert.deepEqual(
      answers.map(({ json }) => json.outputs[0].data[0]),
      [-5, 5],
    );
  }
});

test('a model that does not ask for it is run each time', async (t) => {
  const { server } = await serveCached(t, signModel('Neg'), { isCached: false });
  for (let round = 0; round < 2; round++) await first(server, numbers(1));
  assert.deepEqual(await counts(server), { hits: 0, misses: 0, runs: 2 });
});

test('a model that asks for it where the server keeps nothing serves, and the log says so', async (t) => {
  const heard = hearLog(t);
  const path = writeModel(folder, 'alone.onnx', signModel('Neg'));
  const server = await serve((end) => t.after(end), settingsOf([offerOf({ path, isCached: true })]));
  assert.deepEqual(await first(server, numbers(1)), [-1]);
  const line = "WARN the answers of model 'model' version 1 are not kept: the server has no cache";
  assert.equal(heard.filter((each) => each === line).length, 1);
});

describe('a rate limit', () => {
  const rateLimit = { requestsPerSecond: 0.01, burst: 2 };
  const sentence = 'the rate limit of 0.01 requests per second (2 at once) is reached; try again later';

  test('refuses in the same words over REST and gRPC, and says when to come again', async (t) => {
    const { server, client } = await serveCached(t, signModel('Neg'), { rateLimit, isCached: false });
    for (const value of [1, 2]) assert.deepEqual(await first(server, numbers(value)), [-value]);
    const { status, headers, json } = await server.post(INFER, numbers(3));
    assert.deepEqual([status, json.error], [503, sentence]);
    // A token takes 100 s, less what has passed.
    const seconds = Number(headers.get('retry-after'));
    assert.ok(Number.isInteger(seconds) && seconds > 1 && seconds <= 100, `Retry-After: ${seconds}`);
    const outcome = await client.fail('ModelInfer', {
      model_name: 'model',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1] }],
      raw_input_contents: [bytesOf(Float32Array.of(1))],
    });
    assert.deepEqual([outcome.code, outcome.details], [14, sentence]);
    const [stats] = (await server.get('/v2/models/model/stats')).json.model_stats;
    assert.deepEqual([stats.inference_stats.success.count, stats.inference_stats.fail.count], [2, 2]);
  });

  test('does not count what was kept', async (t) => {
    const { server } = await serveCached(t, signModel('Neg'), { rateLimit });
    for (const value of [1, 1, 1, 1, 2, 2]) assert.deepEqual(await first(server, numbers(value)), [-value]);
    assert.equal((await server.post(INFER, numbers(3))).status, 503);
    assert.deepEqual(await first(server, numbers(1)), [-1]);
  });
});
