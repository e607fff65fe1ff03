/** Models as an existing repository of Triton describes them, served with real files. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deviceDefault } from '#config/device-default.js';
import { offerModels } from '#config/offer-models.js';
import { withLabels } from '#config/output-labels.js';
import { Report } from '#config/report.js';
import { readTritonConfig } from '#config/triton/read-triton-config.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import {
  addSubModel,
  bytesOf,
  identityModel,
  matMulModel,
  modelDirectory,
  tensorInfo,
  writeModel,
} from '../support/onnx-models.js';
import { encodeModel } from '../support/onnx-writer.js';
import { atEnd, serve } from '../support/serve.js';
import { settingsOf, type TestServer } from '../support/server.js';
import { inferBody, portsOf, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);

/** The offer of a model that is described so, whose file has these bytes. */
function offered(name: string, bytes: Uint8Array | null, text: string): ConfiguredVersion {
  const report = new Report();
  const config = readTritonConfig(text, `${name}/config.pbtxt`, report);
  report.throwIfAny();
  assert.ok(config !== null);
  if (bytes !== null) writeModel(folder, `${name}.onnx`, bytes);
  const entry = { ...config.entry, name, version: '1', path: bytes && `${name}.onnx` };
  const outputs = entry.outputs.map((output) => withLabels(output, folder, folder, report));
  const [offer] = offerModels(
    {
      entries: [{ entry, locate: (path) => join(folder, path), outputs }],
      isWhole: false,
      defaults: { devices: deviceDefault({}, true, report), strict: false, threads: 1, wall: 'thread' },
    },
    report,
  );
  report.throwIfAny();
  assert.ok(offer !== undefined);
  return offer;
}

/** `y` = `x` + `w`, where `w` is 2 unless somebody says otherwise. */
const withDefault = encodeModel({
  graph: {
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [{ name: 'w', type: 'FLOAT', shape: [1], raw: bytesOf(Float32Array.of(2)) }],
    inputs: [tensorInfo('x', 'FP32', ['batch', 3]), tensorInfo('w', 'FP32', [1])],
    outputs: [tensorInfo('y', 'FP32', ['batch', 3])],
  },
});

const SIMPLE = `name: "simple"
platform: "onnxruntime_onnx"
max_batch_size: 8
input [ { name: "INPUT0" data_type: TYPE_INT32 dims: [ 16 ] }, { name: "INPUT1" data_type: TYPE_INT32 dims: [ 16 ] } ]
output [ { name: "OUTPUT0" data_type: TYPE_INT32 dims: [ 16 ] }, { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ 16 ] } ]
instance_group [ { kind: KIND_CPU count: 1 } ]
dynamic_batching { }
`;

writeFileSync(join(folder, 'labels.txt'), 'cat\ndog\nbird\n');

const models = [
  offered('simple', addSubModel(), SIMPLE),
  offered(
    'scalars',
    identityModel('FP32', ['batch']),
    `max_batch_size: 4
    input { name: "input" data_type: TYPE_FP32 dims: 1 reshape { shape: [ ] } }
    output { name: "output" data_type: TYPE_FP32 dims: 1 reshape { shape: [ ] } }
    model_warmup { name: "w" batch_size: 2 inputs { key: "input" value { data_type: TYPE_FP32 dims: 1 zero_data: true } } }`,
  ),
  offered(
    'squares',
    identityModel('FP32', ['n', 2, 2, 'm']),
    `
    input { name: "input" data_type: TYPE_FP32 dims: [ -1, 4, -1 ] reshape { shape: [ -1, 2, 2, -1 ] } }
    output { name: "output" data_type: TYPE_FP32 dims: [ -1, 1, 4, -1 ] reshape { shape: [ -1, 2, 2, -1 ] } }`,
  ),
  offered(
    'pictures',
    identityModel('FP32', ['batch', 3, 2, 2]),
    `max_batch_size: 4
    input { name: "input" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, 2, 2 ] }
    output { name: "output" data_type: TYPE_FP32 dims: [ 3, 2, 2 ] }`,
  ),
  offered(
    'narrow',
    identityModel('FP32', ['batch', 'length']),
    `max_batch_size: 4
    input { name: "input" data_type: TYPE_FP32 dims: 3 } output { name: "output" data_type: TYPE_FP32 dims: 3 }`,
  ),
  offered(
    'labelled',
    matMulModel(),
    `max_batch_size: 4
    input { name: "x" data_type: TYPE_FP32 dims: 4 }
    output { name: "y" data_type: TYPE_FP32 dims: 3 label_filename: "labels.txt" }`,
  ),
  offered(
    'optional',
    withDefault,
    `max_batch_size: 4
    input [ { name: "x" data_type: TYPE_FP32 dims: 3 }, { name: "w" data_type: TYPE_FP32 dims: 1 optional: true } ]
    output { name: "y" data_type: TYPE_FP32 dims: 3 }`,
  ),
  offered(
    'wanted',
    addSubModel(),
    SIMPLE.replace('name: "simple"', '').replace('name: "INPUT1"', 'optional: true name: "INPUT1"'),
  ),
  offered(
    'unlike',
    matMulModel(),
    `max_batch_size: 4
    input { name: "x" data_type: TYPE_FP32 dims: [ 2, 2 ] } output { name: "y" data_type: TYPE_FP32 dims: 3 }`,
  ),
  offered(
    'chain',
    null,
    `platform: "ensemble" max_batch_size: 4
    input { name: "IN" data_type: TYPE_FP32 dims: 1 } output { name: "OUT" data_type: TYPE_FP32 dims: 1 }
    ensemble_scheduling {
      step { model_name: "scalars" model_version: -1 input_map { key: "input" value: "IN" } output_map { key: "output" value: "T" } }
      step { model_name: "scalars" model_version: 1 input_map { key: "input" value: "T" } output_map { key: "output" value: "OUT" } }
    }`,
  ),
];

const end = atEnd(after);
let server: TestServer;
before(async () => {
  server = await serve(end, settingsOf(models, { strictReadiness: false }));
});

test("Triton's example is served in its dialect, on a host with an NPU too", async () => {
  const row = Array.from({ length: 16 }, (_, i) => i);
  const ones = row.map(() => 1);
  const body = inferBody(tensor('INPUT0', 'INT32', [1, 16], row), tensor('INPUT1', 'INT32', [1, 16], ones));
  const { status, json } = await server.post('/v2/models/simple/infer', body);
  assert.equal(status, 200);
  assert.deepEqual(json.outputs[0], {
    name: 'OUTPUT0',
    datatype: 'INT32',
    shape: [1, 16],
    data: row.map((n) => n + 1),
  });
  const { json: metadata } = await server.get('/v2/models/simple');
  assert.deepEqual([metadata.platform, metadata.inputs[0].shape], ['onnxruntime_onnx', [-1, 16]]);
});

test('a column is a row of scalars to the model, and a column again', async () => {
  const { status, json } = await server.post(
    '/v2/models/scalars/infer',
    inferBody(tensor('input', 'FP32', [3, 1], [1, 2, 3])),
  );
  assert.deepEqual([status, json.outputs[0].shape, json.outputs[0].data], [200, [3, 1], [1, 2, 3]]);
  const { json: metadata } = await server.get('/v2/models/scalars');
  assert.deepEqual(portsOf([...metadata.inputs, ...metadata.outputs]), [
    ['input', 'FP32', [-1, 1]],
    ['output', 'FP32', [-1, 1]],
  ]);
});

test('the configuration tells dims, what they are reshaped to, and the format', async () => {
  const shown = async (name: string): Promise<unknown> => {
    const { json } = await server.get(`/v2/models/${name}/config`);
    return [...json.input, ...json.output].map(({ dims, reshape, format }) => [dims, reshape?.shape, format]);
  };
  assert.deepEqual(await shown('scalars'), [
    [[1], [], 'FORMAT_NONE'],
    [[1], [], undefined],
  ]);
  assert.deepEqual(await shown('squares'), [
    [[-1, 4, -1], [-1, 2, 2, -1], 'FORMAT_NONE'],
    [[-1, 1, 4, -1], [-1, 2, 2, -1], undefined],
  ]);
  assert.deepEqual(await shown('pictures'), [
    [[3, 2, 2], undefined, 'FORMAT_NCHW'],
    [[3, 2, 2], undefined, undefined],
  ]);
  assert.deepEqual(await shown('simple').then((all) => (all as unknown[][])[0]?.[1]), undefined);
});

test('a tensor without elements is reshaped as any other', async () => {
  const { status, json } = await server.post(
    '/v2/models/squares/infer',
    inferBody(tensor('input', 'FP32', [0, 4, 3], [])),
  );
  assert.deepEqual([status, json.outputs[0].shape, json.outputs[0].data], [200, [0, 1, 4, 3], []]);
});

test('axes of any size keep their order when a tensor is reshaped', async () => {
  const data = Array.from({ length: 24 }, (_, i) => i);
  const { status, json } = await server.post(
    '/v2/models/squares/infer',
    inferBody(tensor('input', 'FP32', [2, 4, 3], data)),
  );
  assert.deepEqual([status, json.outputs[0].shape, json.outputs[0].data], [200, [2, 1, 4, 3], data]);
});

test('steps of an ensemble are reshaped as requests are', async () => {
  const { status, json } = await server.post(
    '/v2/models/chain/infer',
    inferBody(tensor('IN', 'FP32', [2, 1], [4, 5])),
  );
  assert.deepEqual([status, json.outputs[0].shape, json.outputs[0].data], [200, [2, 1], [4, 5]]);
});

test('dims bind clients where the file leaves an axis open', async () => {
  const { status, json } = await server.post(
    '/v2/models/narrow/infer',
    inferBody(tensor('input', 'FP32', [1, 2], [1, 2])),
  );
  assert.deepEqual(
    [status, json.error],
    [400, "unexpected shape for input 'input' for model 'narrow'. Expected [-1,3], got [1,2]."],
  );
});

test('classes have the labels of the file', async () => {
  const body = {
    ...inferBody(tensor('x', 'FP32', [1, 4], [1, 0, 0, 0])),
    outputs: [{ name: 'y', parameters: { classification: 1 } }],
  };
  const { json } = await server.post('/v2/models/labelled/infer', body);
  assert.match(json.outputs[0].data[0], /:2:bird$/);
});

test('an optional input may be left out where the file has a value for it', async () => {
  const x = tensor('x', 'FP32', [1, 3], [1, 2, 3]);
  const { status, json } = await server.post('/v2/models/optional/infer', inferBody(x));
  assert.deepEqual([status, json.outputs[0].data], [200, [3, 4, 5]]);
  const refused = await server.post('/v2/models/optional/infer', inferBody(x, tensor('w', 'FP32', [1], [5])));
  assert.equal(refused.status, 400);
  assert.match(refused.json.error, /^unexpected inference input 'w' for model 'optional'/);
});

test('an optional input that the file asks for must be given', async () => {
  const body = inferBody(tensor('INPUT0', 'INT32', [1, 16], new Array(16).fill(1)));
  const { status, json } = await server.post('/v2/models/wanted/infer', body);
  assert.equal(status, 400);
  assert.match(json.error, /missing required input\(s\) \['INPUT1'\]/);
});

test('a configuration that contradicts the file leaves the others alone', async () => {
  const { json } = await server.post('/v2/repository/index', {});
  const unlike = json.find(({ name }: { name: string }) => name === 'unlike');
  assert.deepEqual(
    [unlike.state, unlike.reason],
    [
      'UNAVAILABLE',
      "the configuration gives input 'x' the shape [-1,2,2], but in the model file it is [-1,4]",
    ],
  );
});
