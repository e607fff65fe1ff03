/** What is told of models beside the protocol, and what memory they hold. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NO_RESTARTS } from '#inference/restarts.js';
import { claimOf, stepOf } from '../support/ensembles.js';
import { grpcClient } from '../support/grpc-client.js';
import { matMulModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { repositoryRoot } from '../support/places.js';
import { untilState } from '../support/repository.js';
import { serve } from '../support/serve.js';
import { ensembleOffer, GRPC, offerOf, settingsOf } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const rows = writeModel(folder, 'rows.onnx', matMulModel());
const broken = writeModel(folder, 'broken.onnx', Buffer.from('this is no model'));
const tflite = join(repositoryRoot, 'samples/data/mnist_uint8_quant.tflite');
const ensemble = ensembleOffer('chain', [stepOf('rows/1', { x: 'in' }, { y: 'out' })], {
  inputs: [claimOf('in', 'FP32', [-1, 4])],
  outputs: [claimOf('out', 'FP32', [-1, 3])],
});
const server = await serve(
  after,
  settingsOf(
    [
      offerOf({ name: 'rows', path: rows, device: 'cpu(1)*2' }),
      offerOf({ name: 'rows', path: broken, version: '2' }),
      offerOf({ name: 'digit', path: tflite }),
      offerOf({ name: 'other', path: rows }),
      ensemble,
    ],
    { grpc: GRPC },
  ),
);
const client = grpcClient(server.grpcPort);
after(() => client.close());

/** A page of WebAssembly's memory. */
const PAGE_BYTES = 64 * 1024;
/** Far less than any V8 heap takes. */
const LEAST_HEAP_BYTES = 1024 * 1024;

test('every model is told with its versions, loaded or not', async () => {
  const body = inferBody(tensor('x', 'FP32', [2, 4], new Array<number>(8).fill(1)));
  assert.equal((await server.post('/v2/models/rows/versions/1/infer', body)).status, 200);
  const { status, json } = await server.get('/v2/repository/models');
  assert.equal(status, 200);
  const [first, digit, other, chain] = json;
  const [one, two] = first.versions;
  assert.ok(one.memory_bytes > 2 * LEAST_HEAP_BYTES, JSON.stringify(one));
  assert.deepEqual(first, {
    name: 'rows',
    source: 'the configuration',
    fault: null,
    policy: { all: {} },
    labels: {},
    split: null,
    shadow: null,
    versions: [
      {
        version: '1',
        state: 'READY',
        reason: '',
        wanted: true,
        platform: 'onnxruntime_onnx',
        devices: ['cpu'],
        instances: 2,
        memory_bytes: one.memory_bytes,
        inference_count: 2,
        isolation: 'thread',
        restarts: NO_RESTARTS,
      },
      {
        version: '2',
        state: 'UNAVAILABLE',
        reason: two.reason,
        wanted: true,
        platform: null,
        devices: [],
        instances: null,
        memory_bytes: null,
        inference_count: 0,
        isolation: null,
        restarts: NO_RESTARTS,
      },
    ],
  });
  assert.match(two.reason, /^broken\.onnx: /);
  assert.equal(digit.versions[0].platform, 'litert_tflite');
  assert.equal(other.versions[0].inference_count, 0);
  const { platform, devices, instances, memory_bytes } = chain.versions[0];
  assert.deepEqual([platform, devices, instances, memory_bytes], ['ensemble', [], null, null]);
});

test('statistics say what each model holds, over REST and gRPC alike', async () => {
  const { json } = await server.get('/v2/models/stats');
  const told = (await client.call('ModelStatistics')).model_stats;
  const usedBy = (name: string): { type: string; id: number; byte_size: number }[] => {
    const of = ({ name: each }: { name: string }): boolean => each === name;
    const { memory_usage } = json.model_stats.find(of);
    // The client leaves out what is 0 or empty.
    assert.deepEqual(
      (told.find(of).memory_usage ?? []).map((use: object) => ({ id: '0', ...use })),
      memory_usage.map((use: { id: number; byte_size: number }) => ({
        ...use,
        id: String(use.id),
        byte_size: String(use.byte_size),
      })),
    );
    return memory_usage;
  };
  const [rowsUse] = usedBy('rows');
  const [otherUse] = usedBy('other');
  const [digitUse] = usedBy('digit');
  assert.ok(rowsUse && otherUse && digitUse);
  for (const { type, id } of [rowsUse, otherUse, digitUse]) assert.deepEqual([type, id], ['CPU', 0]);
  // Two instances of the same model, and one.
  assert.ok(rowsUse.byte_size > 1.5 * otherUse.byte_size, `${rowsUse.byte_size}, ${otherUse.byte_size}`);
  assert.ok(otherUse.byte_size > LEAST_HEAP_BYTES);
  assert.ok(digitUse.byte_size > LEAST_HEAP_BYTES + PAGE_BYTES);
  assert.deepEqual(usedBy('chain'), []);
});

test('what is unloaded holds nothing any more', async () => {
  assert.equal((await server.post('/v2/repository/models/other/unload', '')).status, 200);
  await untilState(server, 'other', 'UNAVAILABLE');
  const { json } = await server.get('/v2/repository/models');
  const [version] = json.find(({ name }: { name: string }) => name === 'other').versions;
  const { state, reason, wanted, memory_bytes, instances, inference_count } = version;
  assert.deepEqual(
    { state, reason, wanted, memory_bytes, instances, inference_count },
    {
      state: 'UNAVAILABLE',
      reason: 'unloaded',
      wanted: false,
      memory_bytes: null,
      instances: null,
      inference_count: 0,
    },
  );
});
