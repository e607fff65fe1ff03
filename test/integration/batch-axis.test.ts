/** Models whose rows do not lie along the first axis, and models that were compiled for one number of rows. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TensorClaim } from '#lifecycle/offer.js';
import { identityModel, matMulModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, portsOf, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const columns = writeModel(folder, 'columns.onnx', identityModel('FP32', [3, 'n']));
const compiled = writeModel(folder, 'compiled.onnx', matMulModel(4));

const along = (name: string, batchAxis: number): TensorClaim => ({
  name,
  batchAxis,
  datatype: null,
  shape: null,
  description: null,
});
const inputs = [along('input', 1)];
const outputs = [along('output', 1)];

const models = [
  offerOf({ name: 'columns', path: columns, inputs, outputs }),
  offerOf({ name: 'compiled', path: compiled, maxBatchSize: 4 }),
  offerOf({ name: 'no-such-axis', path: columns, inputs: [along('input', 2)] }),
  offerOf({ name: 'unlike', path: columns, inputs, maxBatchSize: 4 }),
];

const end = atEnd(after);
let server: TestServer;
before(async () => {
  server = await serve(end, settingsOf(models, { strictReadiness: false }));
});

/** [[1, 2], [5, 4], [3, 6]]: two rows of three. */
const two = tensor('input', 'FP32', [3, 2], [1, 2, 5, 4, 3, 6]);

test('rows along the second axis are counted, and left out of the dims', async () => {
  const { status, json } = await server.post('/v2/models/columns/infer', inferBody(two));
  assert.deepEqual([status, json.outputs[0].shape, json.outputs[0].data], [200, [3, 2], [1, 2, 5, 4, 3, 6]]);
  const [stats] = (await server.get('/v2/models/columns/stats')).json.model_stats;
  assert.equal(stats.inference_count, 2);
  const { json: config } = await server.get('/v2/models/columns/config');
  assert.deepEqual(
    [config.max_batch_size, config.input[0].dims, config.output[0].dims],
    [2 ** 31 - 1, [3], [3]],
  );
});

test('each row along the second axis is classified by itself', async () => {
  const body = { ...inferBody(two), outputs: [{ name: 'output', parameters: { classification: 2 } }] };
  const { json } = await server.post('/v2/models/columns/infer', body);
  const [{ shape, data }] = json.outputs;
  assert.deepEqual(
    [shape, data],
    [
      [2, 2],
      ['5.000000:1', '3.000000:2', '6.000000:2', '4.000000:1'],
    ],
  );
});

test('a generation is one row along the second axis', async () => {
  const { status, json } = await server.post('/v2/models/columns/generate', { input: [1, 2, 3] });
  assert.deepEqual([status, json.output], [200, [1, 2, 3]]);
});

test('a model that was compiled for four rows tells clients of an open axis, and runs four', async () => {
  const { json } = await server.get('/v2/models/compiled');
  assert.deepEqual(portsOf(json.inputs), [['x', 'FP32', [-1, 4]]]);
  assert.deepEqual(portsOf(json.outputs), [['y', 'FP32', [-1, 3]]]);
  const { json: config } = await server.get('/v2/models/compiled/config');
  assert.deepEqual([config.max_batch_size, config.input[0].dims], [4, [4]]);
  const body = inferBody(tensor('x', 'FP32', [4, 4], new Array(16).fill(1)));
  const { status, json: answer } = await server.post('/v2/models/compiled/infer', body);
  assert.deepEqual([status, answer.outputs[0].shape], [200, [4, 3]]);
});

const failed: [name: string, reason: string][] = [
  [
    'no-such-axis',
    "the configuration gives input 'input' the batch axis 2, counted from 0, but it has 2 axes: its shape is [3,-1]",
  ],
  ['unlike', "max_batch_size is 4, but the first axis of output 'output' is not open: its shape is [3,-1]"],
];

for (const [name, reason] of failed) {
  test(`the model '${name}' is not loaded, and its reason is told`, async () => {
    const { json } = await server.get('/v2/repository/index');
    const entry = json.find((each: { name: string }) => each.name === name);
    assert.deepEqual([entry.state, entry.reason], ['UNAVAILABLE', reason]);
  });
}
