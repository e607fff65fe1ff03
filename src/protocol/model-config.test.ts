import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Deployment, Place } from '#inference/deployment.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { Scheduling } from '#inference/scheduling.js';
import { ModelConfigSchema } from '#protocol/grpc/gen/model_config_pb.js';
import { MODEL_CONFIG } from '#protocol/rest/model-config-schema.js';
import type { VersionPolicy } from '#serving/serving.js';
import type { Loose } from '../../test/support/grpc-client.js';
import { closed } from '../../test/support/openapi.js';
import { modelConfigOf } from './model-config.js';

const metadata: ModelMetadata = {
  name: 'm',
  version: '1',
  platform: 'onnxruntime_onnx',
  dialect: 'v2',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4, -1] }],
  outputs: [{ name: 'y', datatype: 'BYTES', shape: [-1], labelFile: 'labels.txt' }],
  maxBatchSize: 8,
  properties: { engine: 'onnxruntime 1' },
};

const cpu: Place = { device: 'cpu', kind: 'cpu', simulated: false, instances: 2 };

function configOf(
  parts: Partial<ModelMetadata>,
  places: readonly Place[] = [cpu],
  more: Partial<Deployment> = {},
  policy: VersionPolicy = { kind: 'all' },
): Loose {
  const deployment: Deployment = {
    fileName: 'm.onnx',
    platform: 'onnxruntime_onnx',
    places,
    scheduling: { kind: 'none' },
    warmup: [],
    isCached: false,
    ...more,
  };
  return modelConfigOf({ ...metadata, ...parts }, deployment, policy);
}

test('the axis of the batch is left out where there is one', () => {
  const { max_batch_size, input, output } = configOf({});
  assert.equal(max_batch_size, 8);
  assert.deepEqual([input[0].dims, output[0].dims], [[4, -1], []]);
});

test('the axis of the batch need not be the first', () => {
  const { input } = configOf({ inputs: [{ name: 'x', datatype: 'FP32', shape: [3, -1, 4], batchAxis: 1 }] });
  assert.deepEqual(input[0].dims, [3, 4]);
});

test('what a tensor is reshaped to has no axis of the batch either, and is the same over gRPC', () => {
  const config = configOf({
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4], engineShape: [-1, 2, 2], format: 'FORMAT_NHWC' }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1], engineShape: [-1] }],
  });
  const shown = [config['input'][0].reshape, config['output'][0].reshape, config['input'][0].format];
  assert.deepEqual(shown, [{ shape: [2, 2] }, { shape: [] }, 'FORMAT_NHWC']);
  const { input, output } = fromJson(ModelConfigSchema, config as JsonValue);
  assert.deepEqual([input[0]?.reshape?.shape, output[0]?.reshape?.shape], [[2n, 2n], []]);
  assert.deepEqual(input[0]?.dims, [4n]);
});

test('without a batch every axis is told', () => {
  const { max_batch_size, input, output } = configOf({ maxBatchSize: 0 });
  assert.equal(max_batch_size, 0);
  assert.deepEqual([input[0].dims, output[0].dims], [[-1, 4, -1], [-1]]);
});

test('backend, file, types and properties are told in their own words', () => {
  const { backend, default_model_filename, input, output, parameters } = configOf({});
  assert.deepEqual([backend, default_model_filename], ['onnxruntime', 'm.onnx']);
  assert.deepEqual([input[0].data_type, output[0].data_type], ['TYPE_FP32', 'TYPE_STRING']);
  assert.equal(output[0].label_filename, 'labels.txt');
  assert.deepEqual(parameters, { engine: { string_value: 'onnxruntime 1' } });
});

const kinds: [place: Partial<Place>, kind: string, gpus: number[]][] = [
  [{}, 'KIND_CPU', []],
  [{ device: 'cuda:1', kind: 'cuda' }, 'KIND_GPU', [1]],
  [{ device: 'npu:0:0', kind: 'npu' }, 'KIND_MODEL', []],
  [{ device: 'npu:0:0', kind: 'npu', simulated: true }, 'KIND_CPU', []],
];

for (const [place, kind, gpus] of kinds) {
  test(`copies on ${JSON.stringify(place)} are of the kind ${kind}`, () => {
    const { instance_group } = configOf({}, [cpu, { ...cpu, ...place }]);
    const { name, count, kind: found, gpus: ids } = instance_group[1];
    assert.deepEqual([name, count, found, ids], ['m_1', 2, kind, gpus]);
  });
}

const policy = {
  timeoutAction: 'delay',
  defaultTimeoutMs: 1.5,
  allowTimeoutOverride: true,
  maxSize: 4,
} as const;
const policyConfig = {
  timeout_action: 'DELAY',
  default_timeout_microseconds: 1500,
  allow_timeout_override: true,
  max_queue_size: 4,
};

const batches: Scheduling = {
  kind: 'batches',
  batches: {
    preferredRows: [4, 8],
    maxDelayMs: 0.1,
    preserveOrdering: true,
    priorityLevels: 2,
    defaultPriority: 1,
    policy: { timeoutAction: 'reject', defaultTimeoutMs: null, allowTimeoutOverride: false, maxSize: null },
    policyOf: { 2: policy },
  },
};

const direct: Scheduling = {
  kind: 'sequences',
  sequences: {
    maxIdleMs: 1000,
    strategy: { kind: 'direct', maxDelayMs: 2, minSlotUtilization: 0.5 },
    controls: [
      { name: 'START', kind: 'START', datatype: 'INT32', falseTrue: [0, 1] },
      { name: 'READY', kind: 'READY', datatype: 'FP32', falseTrue: [-1, 1] },
      { name: 'END', kind: 'END', datatype: 'BOOL', falseTrue: [0, 1] },
      { name: 'ID', kind: 'CORRID', datatype: 'UINT64', falseTrue: null },
    ],
    states: [
      {
        inputName: 'in',
        outputName: 'out',
        datatype: 'FP32',
        dims: [-1, 2],
        initial: { dims: [1, 2], file: '/secret/state.bin' },
      },
      {
        inputName: 'i2',
        outputName: 'o2',
        datatype: 'BYTES',
        dims: [1],
        initial: { dims: [1], file: null },
      },
      { inputName: 'i3', outputName: 'o3', datatype: 'INT8', dims: [1], initial: null },
    ],
  },
};

const oldest: Scheduling = {
  kind: 'sequences',
  sequences: {
    maxIdleMs: 5,
    strategy: {
      kind: 'oldest',
      maxCandidates: 4,
      preferredRows: [2],
      maxDelayMs: 0,
      preserveOrdering: true,
    },
    controls: [],
    states: [],
  },
};

const ensemble: Scheduling = {
  kind: 'ensemble',
  steps: [
    { model: { name: 'a', version: null }, inputs: { x: 'IN' }, outputs: { y: 'mid' } },
    { model: { name: 'b', version: '3' }, inputs: { x: 'mid' }, outputs: { y: 'OUT' } },
    { model: { name: 'c', version: 'blue' }, inputs: { x: 'mid' }, outputs: { y: 'OUT2' } },
  ],
};

const warmup: Deployment['warmup'] = [
  {
    name: 'first',
    batchSize: 2,
    count: 3,
    inputs: {
      x: { datatype: 'FP32', dims: [4, 1], data: 'zero' },
      y: { datatype: 'INT8', dims: [], data: 'random' },
      z: { datatype: 'BYTES', dims: [1], data: { file: '/secret/z.bin' } },
    },
  },
];

const CHOICES = ['dynamic_batching', 'sequence_batching', 'ensemble_scheduling'];

const choices: [scheduling: Scheduling, choice: string | null][] = [
  [{ kind: 'none' }, null],
  [batches, 'dynamic_batching'],
  [direct, 'sequence_batching'],
  [oldest, 'sequence_batching'],
  [ensemble, 'ensemble_scheduling'],
];

for (const [scheduling, choice] of choices) {
  test(`of the scheduling choices ${scheduling.kind} prints ${choice}`, () => {
    const config = configOf({}, [cpu], { scheduling });
    assert.deepEqual(
      CHOICES.filter((key) => key in config),
      choice === null ? [] : [choice],
    );
  });
}

test('batches are told with their policies, times in microseconds', () => {
  assert.deepEqual(configOf({}, [cpu], { scheduling: batches }).dynamic_batching, {
    preferred_batch_size: [4, 8],
    max_queue_delay_microseconds: 100,
    preserve_ordering: true,
    priority_levels: 2,
    default_priority_level: 1,
    default_queue_policy: {
      timeout_action: 'REJECT',
      default_timeout_microseconds: 0,
      allow_timeout_override: false,
      max_queue_size: 0,
    },
    priority_queue_policy: { 2: policyConfig },
  });
});

test('controls and states are told, and files by their names only', () => {
  const {
    control_input,
    direct: strategy,
    state,
  } = configOf({}, [cpu], { scheduling: direct })['sequence_batching'];
  assert.deepEqual(strategy, { max_queue_delay_microseconds: 2000, minimum_slot_utilization: 0.5 });
  assert.deepEqual(
    control_input.map(({ name, control: [one] }: Loose) => [
      name,
      one.kind,
      one.int32_false_true,
      one.fp32_false_true,
      one.bool_false_true,
      one.data_type,
    ]),
    [
      ['START', 'CONTROL_SEQUENCE_START', [0, 1], [], [], 'TYPE_INVALID'],
      ['READY', 'CONTROL_SEQUENCE_READY', [], [-1, 1], [], 'TYPE_INVALID'],
      ['END', 'CONTROL_SEQUENCE_END', [], [], [false, true], 'TYPE_INVALID'],
      ['ID', 'CONTROL_SEQUENCE_CORRID', [], [], [], 'TYPE_UINT64'],
    ],
  );
  assert.deepEqual(
    state.map(({ initial_state }: Loose) => initial_state),
    [
      [{ data_type: 'TYPE_FP32', dims: [1, 2], data_file: 'state.bin', name: '' }],
      [{ data_type: 'TYPE_STRING', dims: [1], zero_data: true, name: '' }],
      [],
    ],
  );
});

test('an ensemble has no backend, and versions that are no numbers cannot be told', () => {
  const { backend, ensemble_scheduling } = configOf({}, [], { platform: 'ensemble', scheduling: ensemble });
  assert.equal(backend, '');
  assert.deepEqual(
    ensemble_scheduling.step.map(({ model_name, model_version }: Loose) => [model_name, model_version]),
    [
      ['a', -1],
      ['b', 3],
      ['c', -1],
    ],
  );
  assert.deepEqual(ensemble_scheduling.step[0].input_map, { x: 'IN' });
});

test('warm-up and cache are told where they are asked for', () => {
  const plain = configOf({});
  assert.deepEqual([plain.model_warmup, 'response_cache' in plain], [[], false]);
  const { model_warmup, response_cache } = configOf({}, [cpu], { warmup, isCached: true });
  assert.deepEqual(response_cache, { enable: true });
  assert.deepEqual(model_warmup, [
    {
      name: 'first',
      batch_size: 2,
      inputs: {
        x: { data_type: 'TYPE_FP32', dims: [4, 1], zero_data: true },
        y: { data_type: 'TYPE_INT8', dims: [], random_data: true },
        z: { data_type: 'TYPE_STRING', dims: [1], input_data_file: 'z.bin' },
      },
      count: 3,
    },
  ]);
});

for (const [scheduling] of choices) {
  const config = configOf({}, [cpu], { scheduling, warmup, isCached: true });

  test(`with ${JSON.stringify(scheduling).slice(0, 60)} it is a ModelConfig, field for field`, () => {
    const options = { alwaysEmitImplicit: true, useProtoFieldName: true };
    const told = toJson(ModelConfigSchema, fromJson(ModelConfigSchema, config as JsonValue), options);
    // Protobuf's JSON has 64-bit integers as strings; Triton's has numbers.
    assert.deepEqual(JSON.parse(JSON.stringify(told).replace(/"(-?\d+)"(?!:)/g, '$1')), config);
  });

  test(`with ${JSON.stringify(scheduling).slice(0, 60)} it is what the OpenAPI document says`, () => {
    const valid = new Ajv2020({ strict: false }).compile(closed(MODEL_CONFIG));
    assert.ok(valid(config), JSON.stringify(valid.errors));
  });
}

const policies: [policy: VersionPolicy, expected: object][] = [
  [{ kind: 'all' }, { all: {} }],
  [{ kind: 'latest', count: 2 }, { latest: { num_versions: 2 } }],
  [
    { kind: 'specific', versions: ['1', 'beta', '1e3', '20240131'] },
    { specific: { versions: [1, 20240131] } },
  ],
];
for (const [policy, expected] of policies) {
  test(`the version policy ${JSON.stringify(expected)}`, () => {
    const { version_policy } = configOf({}, [cpu], {}, policy);
    assert.deepEqual(version_policy, expected);
  });
}
