/** Requests that wait for a busy instance: they become batches, or time out, or go away, or are refused. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { entered } from '../support/entered.js';
import { eventually } from '../support/eventually.js';
import { type GrpcClient, grpcClient } from '../support/grpc-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, type Reply, settingsOf, type TestServer } from '../support/server.js';
import { steppingModel } from '../support/slow-models.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const stepping = writeModel(folder, 'stepping.onnx', steppingModel());
const light = writeModel(folder, 'light.onnx', identityModel('INT32', ['batch', 1]));

/** Steps that are still being gone when all that a test does meanwhile is done. */
const LONG = 2500;
const LEAVERS = 1000;

/** What a model has done, as its statistics say. */
interface Done {
  readonly inferences: number;
  readonly executions: number;
  readonly failures: Readonly<Record<string, number>>;
  /** How many runs had so many rows. */
  readonly runs: ReadonlyMap<number, number>;
}

describe('requests for a busy instance', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;

  before(async () => {
    const models = ['batches', 'timeouts', 'leavers', 'heavy'].map((name) =>
      offerOf({ name, path: stepping }),
    );
    const narrow = offerOf({ name: 'narrow', path: stepping });
    const offers = [
      ...models,
      { ...narrow, queue: { ...narrow.queue, maxSize: 2 } },
      offerOf({ name: 'light', path: light }),
    ];
    server = await serve(end, settingsOf(offers, { maxQueueSize: 2 * LEAVERS, grpc: GRPC }));
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  const bodyOf = (rows: readonly number[], parameters: object = {}): object => ({
    ...inferBody(tensor('steps', 'INT64', [rows.length, 1], rows)),
    parameters,
  });

  const infer = (model: string, rows: readonly number[], parameters?: object): Promise<Reply> =>
    server.post(`/v2/models/${model}/infer`, bodyOf(rows, parameters));

  /** Keeps the model's instance busy when this settles, for as long as `isBusy` says. */
  async function occupy(
    model: string,
    steps: number = LONG,
  ): Promise<{ readonly reply: Promise<Reply>; isBusy(): boolean }> {
    const inside = entered(`/v2/models/${model}/infer`);
    let busy = true;
    const reply = infer(model, [steps]).finally(() => {
      busy = false;
    });
    await inside;
    return { reply, isBusy: () => busy };
  }

  async function doneBy(model: string): Promise<Done> {
    const { json } = await server.get(`/v2/models/${model}/stats`);
    const [stats] = json.model_stats;
    return {
      inferences: stats.inference_count,
      executions: stats.execution_count,
      failures: stats.failure_reasons,
      runs: new Map(
        stats.batch_stats.map((each: { batch_size: number; compute_infer: { count: number } }) => [
          each.batch_size,
          each.compute_infer.count,
        ]),
      ),
    };
  }

  test('they become batches by themselves, and each gets its own rows', async () => {
    const { reply } = await occupy('batches');
    const asked = Array.from({ length: 40 }, (_, i) => (i % 5 === 0 ? [i % 3, 1, 2] : [i % 3]));
    const replies = await Promise.all(asked.map((rows) => infer('batches', rows)));
    for (const [i, { json, text }] of replies.entries())
      assert.deepEqual(json.outputs?.[0].data, asked[i], text);
    assert.equal((await reply).status, 200);
    const { inferences, executions, runs } = await doneBy('batches');
    assert.equal(inferences, 1 + asked.flat().length);
    assert.ok(executions < 1 + asked.length / 2, `${executions} runs for ${asked.length} requests`);
    assert.ok(Math.max(...runs.keys()) >= 4, `the largest run had ${Math.max(...runs.keys())} rows`);
    const rowsRun = [...runs].reduce((sum, [rows, count]) => sum + rows * count, 0);
    assert.deepEqual([rowsRun, [...runs.values()].reduce((a, b) => a + b)], [inferences, executions]);
  });

  test('a timeout fires while the instance is busy, over REST and gRPC', async (t) => {
    const { reply, isBusy } = await occupy('timeouts');
    const from = performance.now();
    const late = await infer('timeouts', [1], { timeout: 100_000 });
    const afterMs = performance.now() - from;
    const input = { name: 'steps', datatype: 'INT64', shape: [1, 1], contents: { int64_contents: [1] } };
    const lateOverGrpc = await client.fail('ModelInfer', {
      model_name: 'timeouts',
      inputs: [input],
      parameters: { timeout: { int64_param: 50_000 } },
    });
    assert.ok(isBusy(), 'the instance was free before the timeouts were over');
    const text = "the request's deadline passed while it waited";
    assert.deepEqual([late.status, late.json.error], [504, text]);
    assert.deepEqual([lateOverGrpc.code, lateOverGrpc.details], [4, text]);
    t.diagnostic(`the answer came ${(afterMs - 100).toFixed(1)} ms after the deadline`);
    assert.ok(afterMs >= 99 && afterMs < 400, `it took ${afterMs} ms`);
    assert.equal((await reply).status, 200);
    const { inferences, executions, failures } = await doneBy('timeouts');
    assert.deepEqual([inferences, executions, failures['REJECTED']], [1, 1, 2]);
  });

  test(`${LEAVERS} callers close their connections while they wait, and none of their requests is run`, async () => {
    const path = '/v2/models/leavers/infer';
    const { reply, isBusy } = await occupy('leavers', 4 * LONG);
    const body = JSON.stringify(bodyOf([LONG]));
    const inside = entered(path, LEAVERS);
    const sockets = Array.from({ length: LEAVERS }, (): Socket => {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      return socket;
    });
    await inside;
    assert.ok(isBusy(), 'the instance was free before all of them waited');
    for (const [i, socket] of sockets.entries()) {
      if (i % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    const { failures } = await eventually(
      () => doneBy('leavers'),
      (done) => done.failures['CANCELED'] === LEAVERS,
    );
    assert.ok(isBusy(), 'the instance was free before all of them had left');
    assert.deepEqual(failures, { REJECTED: 0, CANCELED: LEAVERS, BACKEND: 0, OTHER: 0 });
    assert.equal((await reply).status, 200);
    assert.equal((await infer('leavers', [1])).status, 200);
    const { inferences, executions } = await doneBy('leavers');
    assert.deepEqual([inferences, executions], [2, 2]);
  });

  test('when the queue is full, one more is told when to come back', async () => {
    const { reply } = await occupy('narrow');
    const inside = entered('/v2/models/narrow/infer', 2);
    const waiting = [1, 2].map((steps) => infer('narrow', [steps]));
    await inside;
    const refused = await infer('narrow', [1]);
    const text = 'the queue of 2 waiting requests is full; try again later';
    assert.deepEqual([refused.status, refused.json.error], [503, text]);
    assert.match(refused.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
    const input = { name: 'steps', datatype: 'INT64', shape: [1, 1], contents: { int64_contents: [1] } };
    const outcome = await client.fail('ModelInfer', { model_name: 'narrow', inputs: [input] });
    assert.deepEqual([outcome.code, outcome.details], [14, text]);
    for (const each of [reply, ...waiting]) assert.equal((await each).status, 200);
    const { failures } = await doneBy('narrow');
    assert.equal(failures['REJECTED'], 2);
  });

  test('a light model answers beside a heavy one', async () => {
    const { reply, isBusy } = await occupy('heavy');
    for (let i = 0; i < 20; i++) {
      const { json, text } = await server.post(
        '/v2/models/light/infer',
        inferBody(tensor('input', 'INT32', [1, 1], [i])),
      );
      assert.deepEqual(json.outputs?.[0].data, [i], text);
    }
    assert.ok(isBusy(), 'the heavy model was done before the light one');
    assert.equal((await reply).status, 200);
  });
});
