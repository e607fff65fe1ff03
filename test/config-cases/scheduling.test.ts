import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfiguredVersion, PLAIN_BATCHING, PLAIN_POLICY, PLAIN_QUEUE } from '#lifecycle/offer.js';
import { type Bench, settingsOf } from './workbench.js';

/** The one model of a list with these further lines. */
function modelOf(lines: string, bench: Bench = {}): ConfiguredVersion {
  const text = `model_config_list:\n- name: m\n  model: m.onnx\n${lines.replace(/^/gm, '  ')}\n`;
  const files = { 'etc/m.yaml': text, ...bench.files };
  const { models, warnings } = settingsOf({
    ...bench,
    files,
    flags: { modelConfig: 'etc/m.yaml', ...bench.flags },
  });
  assert.deepEqual(warnings, []);
  assert.equal(models.length, 1);
  return models[0] as ConfiguredVersion;
}

const batching: [written: string, read: Partial<ConfiguredVersion['batching']>][] = [
  ['dynamic_batching:', {}],
  ['dynamic_batching: true', { isAssumed: false }],
  ['dynamic_batching: {}', { isAssumed: false }],
  ['dynamic_batching: false', { isOn: false }],
  ['dynamic_batching: off', { isOn: false }],
  ['dynamic_batching: {preferred_batch_size: [8, 4, 8]}', { isAssumed: false, preferredRows: [4, 8] }],
  ['dynamic_batching: {preferred_batch_sizes: [4]}', { isAssumed: false, preferredRows: [4] }],
  ['dynamic_batching: {max_queue_delay_microseconds: 100}', { isAssumed: false, maxDelayMs: 0.1 }],
  ['dynamic_batching: {max_queue_delay_us: 0}', { isAssumed: false, maxDelayMs: 0 }],
  ['dynamic_batching: {preserve_ordering: true}', { isAssumed: false, preserveOrdering: true }],
  ['dynamic_batching: {enable_large_batch_splitting: false}', { isAssumed: false, splitLarge: false }],
  ['dynamic_batching: {allowed_batch_sizes: [1, 4, 8]}', { isAssumed: false, allowedRows: [1, 4, 8] }],
  ['dynamic_batching: {pad_variable_length_inputs: true}', { isAssumed: false, padVariableAxes: true }],
];

for (const [written, read] of batching) {
  test(`${written} is batching that differs by ${JSON.stringify(read)}`, () =>
    assert.deepEqual(modelOf(written).batching, { ...PLAIN_BATCHING, ...read }));
}

test('the largest of the allowed sizes is max_batch_size where that is not said', () => {
  const sizes = 'dynamic_batching: {allowed_batch_sizes: [1, 4, 8]}';
  assert.equal(modelOf(sizes).maxBatchSize, 8);
  assert.equal(modelOf(`${sizes}\nmax_batch_size: 8`).maxBatchSize, 8);
  assert.equal(modelOf('dynamic_batching: {}').maxBatchSize, null);
});

test('batching that is off may stand beside sequences and max_batch_size: 0', () => {
  const { batching, sequence } = modelOf('dynamic_batching: false\nmax_batch_size: 0\nsequence_batching: {}');
  assert.equal(batching.isOn, false);
  assert.notEqual(sequence, null);
});

const policy = { ...PLAIN_POLICY, allowTimeoutOverride: false };

const queues: [written: string, read: Partial<ConfiguredVersion['queue']>][] = [
  ['max_queue_size: 7', { maxSize: 7 }],
  ['max_queue_rows: 8', { maxRows: 8 }],
  ['max_queue_bytes: 1000000000000', { maxBytes: 1e12 }],
  ['dynamic_batching: {default_queue_policy: {}}', { policy }],
  [
    'dynamic_batching: {default_queue_policy: {default_timeout_microseconds: 0, max_queue_size: 0}}',
    { policy },
  ],
  [
    'dynamic_batching: {default_queue_policy: {timeout_action: delay, default_timeout_microseconds: 1500, ' +
      'allow_timeout_override: true, max_queue_size: 3}}',
    { policy: { timeoutAction: 'delay', defaultTimeoutMs: 1.5, allowTimeoutOverride: true, maxSize: 3 } },
  ],
  [
    'dynamic_batching: {priority_levels: 3, default_priority_level: 2, priority_queue_policy: {1: {max_queue_size: 9}}}',
    { priorityLevels: 3, defaultPriority: 2, policyOf: { 1: { ...policy, maxSize: 9 } } },
  ],
];

for (const [written, read] of queues) {
  test(`${written} is a queue that differs by ${JSON.stringify(read)}`, () =>
    assert.deepEqual(modelOf(written).queue, { ...PLAIN_QUEUE, maxSize: null, ...read }));
}

const NPU: Bench = { hostHasNpu: true };

const groups: [written: string, device: string, workers: number | null, bench?: Bench][] = [
  ['[]', 'cpu', null],
  ['[]\ndevice: cpu(2)*2', 'cpu(2)*2', null],
  ['[{}]', 'cpu', 1],
  ['[{count: 2}]', 'cpu', 2],
  ['[{kind: KIND_CPU, count: 3, name: a}]', 'cpu', 3],
  ['[{kind: KIND_CPU, count: 3}, {kind: KIND_CPU}]', 'cpu', 4],
  ['[{kind: KIND_CPU, count: 3, threads: 2}]', 'cpu(2)*3', null],
  ['[{kind: KIND_CPU, threads: 2}, {kind: KIND_CPU, threads: 2}]', 'cpu(2)*2', null],
  ['[{kind: KIND_GPU, gpus: [0, 1], count: 2}]', 'cuda:0,cuda:1', 2],
  ['[{gpus: [1]}]', 'cuda:1', 1],
  ['[{kind: KIND_GPU, gpus: [0]}, {kind: KIND_GPU, gpus: [2]}]', 'cuda:0,cuda:2', 1],
  ['[{gpus: [0, 1]}, {gpus: [0], count: 2}, {gpus: [1], count: 2}]', 'cuda:0,cuda:1', 3],
  ['[{kind: KIND_AUTO, count: 2}]', 'warboy(2)*1', 2, NPU],
  ['[{kind: kind_model, count: 2}]', 'warboy(2)*1', 2, NPU],
  ['[{kind: KIND_CPU, count: 2}]', 'cpu', 2, NPU],
];

for (const [written, device, workers, bench] of groups) {
  test(`instance_group: ${written} is ${workers} on ${device}${bench ? ' beside an NPU' : ''}`, () => {
    const model = modelOf(`instance_group: ${written}`, bench);
    assert.deepEqual([model.device, model.workers], [device, workers]);
  });
}

test('KIND_GPU is of the platform cuda, unless the model says another', () => {
  assert.equal(modelOf('instance_group: [{gpus: [0]}]').platform, 'cuda');
  assert.equal(modelOf('instance_group: [{kind: KIND_CPU}]\nplatform: npu').platform, 'npu');
});

const SEQUENCE = `sequence_batching:
  max_sequence_idle_microseconds: 5000000
  control_input:
  - {name: START, control: [{kind: CONTROL_SEQUENCE_START, int32_false_true: [0, 1]}]}
  - {name: READY, control: [{kind: CONTROL_SEQUENCE_READY, fp32_false_true: [-1, 1.5], data_type: TYPE_FP32}]}
  - {name: END, control: [{kind: control_sequence_end, bool_false_true: [false, true]}]}
  - {name: ID, control: [{kind: CONTROL_SEQUENCE_CORRID, data_type: TYPE_STRING}]}
  oldest:
    max_candidate_sequences: 4
    preferred_batch_size: [4, 2]
    max_queue_delay_microseconds: 500
    preserve_ordering: true
  state:
  - input_name: in
    output_name: out
    data_type: TYPE_INT32
    dims: [-1, 2]
    initial_state: [{name: first, data_type: INT32, dims: [1, 2], data_file: state.bin}]
  - {input_name: i, output_name: o, data_type: FP32, dims: [2], initial_state: [{data_type: FP32, dims: [2], zero_data: true}]}
  - {input_name: j, output_name: p, data_type: BYTES, dims: []}`;

const SEQUENCE_READ: ConfiguredVersion['sequence'] = {
  maxIdleMs: 5000,
  strategy: {
    kind: 'oldest',
    maxCandidates: 4,
    preferredRows: [2, 4],
    maxDelayMs: 0.5,
    preserveOrdering: true,
  },
  controls: [
    { name: 'START', kind: 'START', datatype: 'INT32', falseTrue: [0, 1] },
    { name: 'READY', kind: 'READY', datatype: 'FP32', falseTrue: [-1, 1.5] },
    { name: 'END', kind: 'END', datatype: 'BOOL', falseTrue: [0, 1] },
    { name: 'ID', kind: 'CORRID', datatype: 'BYTES', falseTrue: null },
  ],
  states: [
    {
      inputName: 'in',
      outputName: 'out',
      datatype: 'INT32',
      dims: [-1, 2],
      initial: { dims: [1, 2], file: '<cwd>/etc/state.bin' },
    },
    { inputName: 'i', outputName: 'o', datatype: 'FP32', dims: [2], initial: { dims: [2], file: null } },
    { inputName: 'j', outputName: 'p', datatype: 'BYTES', dims: [], initial: null },
  ],
};

test('every key of sequence_batching reaches the settings', () => {
  assert.deepEqual(modelOf(SEQUENCE).sequence, SEQUENCE_READ);
});

test('an idle time of 0 is not said, as in Triton', () => {
  assert.equal(modelOf('sequence_batching: {max_sequence_idle_microseconds: 0}').sequence?.maxIdleMs, 1000);
});

const strategies: [written: string, read: object][] = [
  ['{}', { kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 }],
  ['{direct: {}}', { kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 }],
  [
    '{direct: {max_queue_delay_microseconds: 2000, minimum_slot_utilization: 0.25}}',
    { kind: 'direct', maxDelayMs: 2, minSlotUtilization: 0.25 },
  ],
  [
    '{oldest: {max_candidate_sequences: 2}}',
    { kind: 'oldest', maxCandidates: 2, preferredRows: [], maxDelayMs: 0, preserveOrdering: false },
  ],
];

for (const [written, read] of strategies) {
  test(`sequence_batching: ${written} has the strategy ${JSON.stringify(read)}`, () => {
    const { sequence } = modelOf(`sequence_batching: ${written}`);
    assert.deepEqual(sequence, { maxIdleMs: 1000, strategy: read, controls: [], states: [] });
  });
}

const dataFiles: [title: string, file: string, expected: string][] = [
  ['beside the list', 'etc/state.bin', '<cwd>/etc/state.bin'],
  ['in the working directory', 'state.bin', '<cwd>/state.bin'],
];

for (const [title, file, expected] of dataFiles) {
  test(`files of states and of warm-up are found ${title}, as model files are`, () => {
    const written = `${SEQUENCE}\nmodel_warmup: [{name: w, inputs: {x: {data_type: INT8, dims: [1], input_data_file: state.bin}}}]`;
    const { sequence, warmup } = modelOf(written, { files: { [file]: '' } });
    assert.equal(sequence?.states[0]?.initial?.file, expected);
    assert.deepEqual(warmup?.[0]?.inputs['x']?.data, { file: expected });
  });
}

const WARMUP = `model_warmup:
- name: zeros
  batch_size: 4
  count: 3
  inputs: {x: {data_type: TYPE_FP32, dims: [3, 2], zero_data: true}, y: {data_type: INT8, dims: [], random_data: true}}
- {name: once, count: 0, inputs: {}}`;

test('every key of model_warmup reaches the settings', () => {
  assert.deepEqual(modelOf(WARMUP).warmup, [
    {
      name: 'zeros',
      batchSize: 4,
      count: 3,
      inputs: {
        x: { datatype: 'FP32', dims: [3, 2], data: 'zero' },
        y: { datatype: 'INT8', dims: [], data: 'random' },
      },
    },
    { name: 'once', batchSize: 1, count: 1, inputs: {} },
  ]);
});

test('no warm-up said is not the same as none wanted', () => {
  assert.equal(modelOf('strict: true').warmup, null);
  assert.deepEqual(modelOf('model_warmup: []').warmup, []);
});

test('warm-up of a model without an axis for batches has no rows', () => {
  const { warmup } = modelOf('max_batch_size: 0\nmodel_warmup: [{name: w, batch_size: 1, inputs: {}}]');
  assert.equal(warmup?.[0]?.batchSize, 0);
});

const rates: [written: string, requestsPerSecond: number, burst: number][] = [
  ['{requests_per_second: 10}', 10, 10],
  ['{requests_per_second: 2.5}', 2.5, 3],
  ['{requests_per_second: 0.1}', 0.1, 1],
  ['{requests_per_second: 10, burst: 1}', 10, 1],
];

for (const [written, requestsPerSecond, burst] of rates) {
  test(`rate_limit: ${written} is ${requestsPerSecond} a second, ${burst} at once`, () =>
    assert.deepEqual(modelOf(`rate_limit: ${written}`).rateLimit, { requestsPerSecond, burst }));
}

test('inputs and outputs say where their batch lies, and inputs what they are padded with', () => {
  const { inputs, outputs } = modelOf(
    'inputs: [{name: x, batch_axis: 1, pad_value: -1.5}, {name: y, shape: [1, -1], batch_axis: 1}, {name: z}]\n' +
      'outputs: [{name: o, batch_axis: 0}]',
  );
  const rest = { datatype: null, shape: null, description: null };
  assert.deepEqual(inputs, [
    { name: 'x', ...rest, batchAxis: 1, padValue: -1.5 },
    { name: 'y', ...rest, shape: [1, -1], batchAxis: 1 },
    { name: 'z', ...rest },
  ]);
  assert.deepEqual(outputs, [{ name: 'o', ...rest, batchAxis: 0 }]);
});

const ENSEMBLE = `model_config_list:
- name: both
  platform: ensemble
  max_batch_size: 8
  inputs: [{name: IN, datatype: FP32, shape: [-1, 3]}]
  outputs: [{name: OUT, datatype: FP32, shape: [-1, 2]}]
  rate_limit: {requests_per_second: 5}
  ensemble_scheduling:
    step:
    - {model_name: first, model_version: -1, input_map: {x: IN}, output_map: {y: mid}}
    - {model_name: second, model_version: 2, input_map: {x: mid, also: IN}, output_map: {y: OUT}}
- {name: first, model: a.onnx, version: 1}
- {name: second, model: b.onnx, version: 2}
`;

test('an ensemble has steps in place of a file and a device', () => {
  for (const text of [ENSEMBLE, ENSEMBLE.replace('  platform: ensemble\n', '')]) {
    const { models, warnings } = settingsOf({
      files: { 'm.yaml': text },
      flags: { modelConfig: 'm.yaml' },
      hostHasNpu: true,
    });
    assert.deepEqual(warnings, []);
    const [both] = models;
    assert.deepEqual(
      [both?.path, both?.platform, both?.device, both?.workers, both?.maxBatchSize],
      ['', 'cpu', 'cpu', null, 8],
    );
    assert.deepEqual(both?.ensemble, [
      { model: { name: 'first', version: null }, inputs: { x: 'IN' }, outputs: { y: 'mid' } },
      { model: { name: 'second', version: '2' }, inputs: { x: 'mid', also: 'IN' }, outputs: { y: 'OUT' } },
    ]);
    assert.equal(both?.rateLimit?.burst, 5);
    assert.equal(models[1]?.ensemble, null);
  }
});

test('steps may stand in any order', () => {
  const lines = ENSEMBLE.split('\n');
  const at = lines.findIndex((line) => line.includes('model_name: first'));
  const turned = [...lines.slice(0, at), lines[at + 1], lines[at], ...lines.slice(at + 2)].join('\n');
  const { models } = settingsOf({ files: { 'm.yaml': turned }, flags: { modelConfig: 'm.yaml' } });
  assert.deepEqual(
    models[0]?.ensemble?.map(({ model }) => model.name),
    ['second', 'first'],
  );
});
