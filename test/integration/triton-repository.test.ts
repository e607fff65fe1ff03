/** A model repository as a user of Triton has it, served unchanged. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type LogRecord, logChannel } from '#core/log.js';
import {
  addSubModel,
  bytesOf,
  identityModel,
  matMulModel,
  modelDirectory,
  tensorInfo,
} from '../support/onnx-models.js';
import { encodeModel } from '../support/onnx-writer.js';
import { repositoryRoot } from '../support/places.js';
import { type IndexLine, indexOf } from '../support/repository.js';
import { scaledModel } from '../support/scaled-model.js';
import { atEnd, serve } from '../support/serve.js';
import { type Reply, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, portsOf, tensor } from '../support/tensors.js';

const root = modelDirectory(after);

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const SIMPLE = `# Triton's example, with all that a service wants.
name: "simple"
platform: "onnxruntime_onnx"
max_batch_size: 8
input [
  { name: "INPUT0" data_type: TYPE_INT32 dims: [ 16 ] },
  { name: "INPUT1" data_type: TYPE_INT32 dims: [ 16 ] }
]
output [
  { name: "OUTPUT0" data_type: TYPE_INT32 dims: [ 16 ] },
  { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ 16 ] }
]
instance_group [ { count: 2 kind: KIND_CPU } ]
dynamic_batching {
  preferred_batch_size: [ 4, 8 ]
  max_queue_delay_microseconds: 100
  priority_levels: 2
  default_priority_level: 2
  default_queue_policy { timeout_action: REJECT default_timeout_microseconds: 10000000 max_queue_size: 100 }
  priority_queue_policy { key: 1 value { max_queue_size: 10 } }
}
model_warmup [ {
  name: "ones" batch_size: 1
  inputs { key: "INPUT0" value { data_type: TYPE_INT32 dims: [ 16 ] input_data_file: "ones" } }
  inputs { key: "INPUT1" value { data_type: TYPE_INT32 dims: [ 16 ] zero_data: true } }
} ]
`;
put('simple/config.pbtxt', SIMPLE);
put('simple/warmup/ones', bytesOf(new Int32Array(16).fill(1)));
put('simple/1/model.onnx', addSubModel());

for (const version of [1, 2, 3]) {
  put(`latest/${version}/model.onnx`, scaledModel(version));
  put(`chosen/${version}/model.onnx`, scaledModel(version));
  put(`plain/${version}/model.onnx`, scaledModel(version));
}
put('latest/config.pbtxt', 'version_policy: { latest { num_versions: 2 } }');
put('chosen/config.pbtxt', 'version_policy: { specific { versions: [ 1, 2 ] } }');

put(
  'labelled/config.pbtxt',
  `max_batch_size: 4
  input { name: "x" data_type: TYPE_FP32 dims: 4 }
  output { name: "y" data_type: TYPE_FP32 dims: 3 label_filename: "labels.txt" }`,
);
put('labelled/labels.txt', 'cat\ndog\nbird\n');
put('labelled/1/model.onnx', matMulModel());

put(
  'optional/config.pbtxt',
  `max_batch_size: 4
  input [ { name: "x" data_type: TYPE_FP32 dims: 3 }, { name: "w" data_type: TYPE_FP32 dims: 1 optional: true } ]
  output { name: "y" data_type: TYPE_FP32 dims: 3 }`,
);
put(
  'optional/1/model.onnx',
  encodeModel({
    graph: {
      nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
      initializers: [{ name: 'w', type: 'FLOAT', shape: [1], raw: bytesOf(Float32Array.of(2)) }],
      inputs: [tensorInfo('x', 'FP32', ['batch', 3]), tensorInfo('w', 'FP32', [1])],
      outputs: [tensorInfo('y', 'FP32', ['batch', 3])],
    },
  }),
);

put(
  'column/config.pbtxt',
  `max_batch_size: 4 default_model_filename: "column.onnx"
  input { name: "input" data_type: TYPE_FP32 dims: 1 reshape { shape: [ ] } }
  output { name: "output" data_type: TYPE_FP32 dims: 1 reshape { shape: [ ] } }`,
);
put('column/1/column.onnx', identityModel('FP32', ['batch']));

put(
  'chain/config.pbtxt',
  `platform: "ensemble" max_batch_size: 4
  input { name: "IN" data_type: TYPE_FP32 dims: 2 }
  output { name: "OUT" data_type: TYPE_FP32 dims: 2 }
  ensemble_scheduling { step [
    { model_name: "latest" model_version: -1 input_map { key: "x" value: "IN" } output_map { key: "y" value: "T" } },
    { model_name: "chosen" model_version: 2 input_map { key: "x" value: "T" } output_map { key: "y" value: "OUT" } }
  ] }`,
);
mkdirSync(join(root, 'chain/1'), { recursive: true });

mkdirSync(join(root, 'digits/1'), { recursive: true });
copyFileSync(
  join(repositoryRoot, 'samples/data/mnist_uint8_quant.tflite'),
  join(root, 'digits/1/model.tflite'),
);

put(
  'tuned/config.pbtxt',
  'runtime: "x.so"\noptimization { priority: PRIORITY_MAX }\nmetric_tags { key: "team" value: "a" }\n',
);
put('tuned/1/model.onnx', scaledModel(5));

/** Models that are not served, and why. */
const REFUSED: [name: string, config: string, reason: RegExp][] = [
  [
    'ragged',
    'max_batch_size: 4\ninput {\n  name: "x" data_type: TYPE_FP32 dims: 2\n  allow_ragged_batch: true }\noutput { name: "y" data_type: TYPE_FP32 dims: 2 }',
    /^ragged\/config\.pbtxt:4:3: input\[0\]\.allow_ragged_batch: it is not supported: /,
  ],
  [
    'agents',
    'model_repository_agents { agents { name: "checksum" } }',
    /^agents\/config\.pbtxt:1:1: model_repository_agents: it is not supported: /,
  ],
  [
    'decoupled',
    '\nmodel_transaction_policy { decoupled: true }',
    /^decoupled\/config\.pbtxt:2:1: model_transaction_policy: it is not supported: /,
  ],
  ['typo', 'max_batch_sise: 4', /^typo\/config\.pbtxt:1:1: max_batch_sise: unknown key; did you mean/],
  ['halved', 'input { name: "x', /^halved\/config\.pbtxt:1:\d+: /],
  [
    'python',
    'backend: "python"',
    /^python\/config\.pbtxt:1:10: backend: models of "python" are not served here; expected /,
  ],
  [
    'named',
    'name: "other"',
    /^named\/config\.pbtxt:1:7: name: the name is "other", and the folder is called "named"/,
  ],
  [
    'outside',
    'default_model_filename: "../../simple/1/model.onnx"',
    /^outside\/config\.pbtxt:1:25: default_model_filename: expected the name of a file in the folder of a version/,
  ],
  [
    'unlabelled',
    'output { name: "y" data_type: TYPE_FP32 dims: [ -1, 2 ] label_filename: "gone.txt" }\ninput { name: "x" data_type: TYPE_FP32 dims: [ -1, 2 ] }',
    /^unlabelled\/config\.pbtxt:1:73: output\[0\]\.label_filename: unlabelled\/gone\.txt is not there$/,
  ],
  [
    'unwarmed',
    'model_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: 2 input_data_file: "gone" } } }',
    /^unwarmed: the configuration names a file that cannot be used: unwarmed\/warmup\/gone is not there$/,
  ],
];
for (const [name, config] of REFUSED) {
  put(`${name}/config.pbtxt`, config);
  put(`${name}/1/model.onnx`, scaledModel(1));
}

const warnings: string[] = [];
const listen = (message: unknown): void => {
  const { level, message: text } = message as LogRecord;
  if (level === 'WARN') warnings.push(text);
};
const end = atEnd(after);
let server: TestServer;
let index: readonly IndexLine[];

before(async () => {
  logChannel.subscribe(listen);
  end(() => logChannel.unsubscribe(listen));
  server = await serve(end, settingsOf([], { repositories: [root] }));
  index = await indexOf(server);
});

const infer = (name: string, body: unknown): Promise<Reply> => server.post(`/v2/models/${name}/infer`, body);
const rowOf = (name: string, ...values: readonly number[]): object =>
  inferBody(tensor(name, 'FP32', [1, values.length], values));

test('what is well described is ready, in the versions that its policy chooses', () => {
  const refused = new Set(REFUSED.map(([name]) => name));
  const shown = index.flatMap(({ name, version, state, reason }) =>
    refused.has(name) ? [] : `${name}/${version} ${state}${reason === undefined ? '' : `: ${reason}`}`,
  );
  assert.deepEqual(shown, [
    'chain/1 READY',
    'chosen/1 READY',
    'chosen/2 READY',
    'chosen/3 UNAVAILABLE: not wanted by the version policy specific(1, 2)',
    'column/1 READY',
    'digits/1 READY',
    'labelled/1 READY',
    'latest/1 UNAVAILABLE: not wanted by the version policy latest(2)',
    'latest/2 READY',
    'latest/3 READY',
    'optional/1 READY',
    'plain/1 UNAVAILABLE: not wanted by the version policy latest(1)',
    'plain/2 UNAVAILABLE: not wanted by the version policy latest(1)',
    'plain/3 READY',
    'simple/1 READY',
    'tuned/1 READY',
  ]);
});

for (const [name, , reason] of REFUSED) {
  test(`${name} alone is refused, in one sentence that says where`, () => {
    const line = index.find((each) => each.name === name);
    assert.equal(line?.state, 'UNAVAILABLE');
    assert.match(line?.reason ?? '', reason);
    assert.ok(!/\n|; (?!did|expected|Allowed)/.test(line?.reason ?? ''), line?.reason);
  });
}

test('fields that only tune are named in a warning each, with their place', () => {
  const ofTuned = warnings.filter((text) => text.startsWith('tuned/'));
  for (const place of ['1:1: runtime', '2:16: optimization.priority', '3:1: metric_tags']) {
    assert.ok(
      ofTuned.some((text) => text.startsWith(`tuned/config.pbtxt:${place}: `)),
      ofTuned.join('\n'),
    );
  }
  assert.equal(ofTuned.length, 3);
});

test("Triton's example is described as its clients expect", async () => {
  const { json: metadata } = await server.get('/v2/models/simple');
  assert.deepEqual([metadata.platform, metadata.versions], ['onnxruntime_onnx', ['1']]);
  assert.deepEqual(portsOf([...metadata.inputs, ...metadata.outputs]), [
    ['INPUT0', 'INT32', [-1, 16]],
    ['INPUT1', 'INT32', [-1, 16]],
    ['OUTPUT0', 'INT32', [-1, 16]],
    ['OUTPUT1', 'INT32', [-1, 16]],
  ]);
  const { json: config } = await server.get('/v2/models/simple/config');
  assert.deepEqual(
    [config.name, config.platform, config.max_batch_size, config.input[0].dims, config.input[0].data_type],
    ['simple', 'onnxruntime_onnx', 8, [16], 'TYPE_INT32'],
  );
  assert.deepEqual([config.instance_group[0].count, config.instance_group[0].kind], [2, 'KIND_CPU']);
  const { dynamic_batching: batching } = config;
  assert.deepEqual(
    [batching.preferred_batch_size, batching.max_queue_delay_microseconds, batching.priority_levels],
    [[4, 8], 100, 2],
  );
  assert.equal(config.model_warmup[0].name, 'ones');
  assert.deepEqual((await server.get('/v2/models/latest/config')).json.version_policy, {
    latest: { num_versions: 2 },
  });
});

test('requests of either priority are answered', async () => {
  const row = Array.from({ length: 16 }, (_, i) => i);
  const inputs = inferBody(tensor('INPUT0', 'INT32', [1, 16], row), tensor('INPUT1', 'INT32', [1, 16], row));
  for (const priority of [1, 2]) {
    const { status, json } = await infer('simple', { ...inputs, parameters: { priority } });
    assert.deepEqual([status, json.outputs?.[0].data], [200, row.map((n) => 2 * n)], JSON.stringify(json));
  }
});

test('the newest version serves, the other chosen ones are served by name, and no others', async () => {
  const x = rowOf('x', 1, 1);
  assert.deepEqual((await infer('latest', x)).json.outputs[0].data, [3, 3]);
  assert.deepEqual((await infer('latest/versions/2', x)).json.outputs[0].data, [2, 2]);
  assert.equal((await infer('latest/versions/1', x)).status, 503);
  assert.deepEqual((await infer('chosen', x)).json.outputs[0].data, [2, 2]);
  assert.equal((await infer('chosen/versions/3', x)).status, 503);
  assert.deepEqual((await infer('plain', x)).json.outputs[0].data, [3, 3]);
});

test('an ensemble of models of the repository runs on them', async () => {
  const { json } = await infer('chain', rowOf('IN', 1, 2));
  assert.deepEqual(json.outputs[0].data, [6, 12]);
});

test('classes are named after the labels file', async () => {
  const outputs = [{ name: 'y', parameters: { classification: 2 } }];
  const { json } = await infer('labelled', { ...rowOf('x', 1, 0, 0, 0), outputs });
  assert.deepEqual(
    json.outputs[0].data.map((text: string) => text.replace(/^.*?:/, '')),
    ['2:bird', '1:dog'],
  );
});

test('an optional input may be left out', async () => {
  assert.deepEqual((await infer('optional', rowOf('x', 1, 2, 3))).json.outputs[0].data, [3, 4, 5]);
});

test('a column is given to the model as scalars', async () => {
  const { json } = await infer('column', inferBody(tensor('input', 'FP32', [3, 1], [1, 2, 3])));
  assert.deepEqual(
    [json.outputs[0].shape, json.outputs[0].data],
    [
      [3, 1],
      [1, 2, 3],
    ],
  );
});

test('a TFLite model is found by its file and served', async () => {
  const { json: metadata } = await server.get('/v2/models/digits');
  const [input] = metadata.inputs;
  const size = input.shape.reduce((product: number, axis: number) => product * Math.abs(axis), 1);
  const { status, json } = await infer(
    'digits',
    inferBody(tensor(input.name, input.datatype, input.shape.map(Math.abs), new Array(size).fill(0))),
  );
  assert.deepEqual([status, json.outputs?.[0].shape], [200, [1, 10]], JSON.stringify(json).slice(0, 300));
});
