import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePlace, formatProblem } from '#config/problem.js';
import { Report } from '#config/report.js';
import { autoCompleted, namedAs, readTritonConfig, readTritonConfigJson } from './read-triton-config.js';
import type { TritonModelConfig } from './triton-model.js';

interface Read {
  readonly config: TritonModelConfig | null;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

function read(text: string, from = readTritonConfig): Read {
  const report = new Report();
  const config = from(text, 'm/config.pbtxt', report);
  const bare = (line: string): string => line.replace(/^m\/config\.pbtxt:/, '');
  return {
    config,
    problems: report.problems.map(formatProblem).map(bare),
    warnings: report.warnings.map(bare),
  };
}

/** What is read of a text in which nothing is wrong. */
function good(text: string): TritonModelConfig {
  const { config, problems } = read(text);
  assert.deepEqual(problems, []);
  assert.ok(config !== null);
  return config;
}

const ROW =
  'input { name: "x" data_type: TYPE_FP32 dims: 4 } output { name: "y" data_type: TYPE_STRING dims: -1 }';

/** What a part of a configuration is, of all that is read. */
const parts: [text: string, part: (config: TritonModelConfig) => unknown, value: unknown][] = [
  [
    '',
    ({ entry }) => [entry.name, entry.version, entry.path, entry.platform, entry.device],
    ['', '', null, 'cpu', null],
  ],
  ['name: "m"', ({ entry }) => entry.name, 'm'],
  ['', ({ format }) => format, null],
  ['platform: "onnxruntime_onnx"', ({ format }) => format, 'onnx'],
  ['platform: "onnxruntime_onnx" backend: "onnxruntime"', ({ format }) => format, 'onnx'],
  ['backend: "onnxruntime"', ({ format }) => format, 'onnx'],
  ['backend: "armnn_tflite"', ({ format }) => format, 'tflite'],
  ['platform: "tensorflow_lite"', ({ format }) => format, 'tflite'],
  ['platform: "npu" backend: "litert"', ({ format, entry }) => [format, entry.platform], ['tflite', 'npu']],
  ['', ({ versionPolicy }) => versionPolicy, { kind: 'latest', count: 1 }],
  ['version_policy {}', ({ versionPolicy }) => versionPolicy, { kind: 'latest', count: 1 }],
  ['version_policy: { latest {} }', ({ versionPolicy }) => versionPolicy, { kind: 'latest', count: 1 }],
  [
    'version_policy: { latest { num_versions: 3 } }',
    ({ versionPolicy }) => versionPolicy,
    { kind: 'latest', count: 3 },
  ],
  ['version_policy: { all: {} }', ({ versionPolicy }) => versionPolicy, { kind: 'all' }],
  [
    'version_policy: { specific: { versions: [3, 1, 3] } }',
    ({ versionPolicy }) => versionPolicy,
    { kind: 'specific', versions: ['3', '1'] },
  ],
  ['default_model_filename: "a/b.onnx"', (config) => config.defaultModelFilename, 'a/b.onnx'],
  ['', (config) => config.defaultModelFilename, null],
  ['', ({ entry }) => entry.maxBatchSize, null],
  ['max_batch_size: 0', ({ entry }) => entry.maxBatchSize, null],
  ['max_batch_size: 10000', ({ entry }) => entry.maxBatchSize, 10000],
  [ROW, ({ entry }) => entry.maxBatchSize, 0],
  [
    ROW,
    ({ entry }) => [...entry.inputs, ...entry.outputs.map(({ claim }) => claim)],
    [
      { name: 'x', datatype: 'FP32', shape: [4], description: null, engineShape: [4] },
      { name: 'y', datatype: 'BYTES', shape: [-1], description: null, engineShape: [-1] },
    ],
  ],
  [`max_batch_size: 2 ${ROW}`, ({ entry }) => entry.inputs[0]?.shape, [-1, 4]],
  [
    'max_batch_size: 2 input { name: "x" data_type: TYPE_INT64 dims: 1 reshape {} }',
    ({ entry }) => [entry.inputs[0]?.shape, entry.inputs[0]?.engineShape],
    [[-1, 1], [-1]],
  ],
  [
    'input { name: "x" data_type: TYPE_INT64 dims: [ ] reshape { shape: 1 } }',
    ({ entry }) => [entry.inputs[0]?.shape, entry.inputs[0]?.engineShape],
    [[], [1]],
  ],
  [
    'max_batch_size: 2 output { name: "x" data_type: TYPE_INT64 dims: [-1, 6, -1] reshape { shape: [-1, 2, 3, -1] } }',
    ({ entry }) => entry.outputs[0]?.claim.engineShape,
    [-1, -1, 2, 3, -1],
  ],
  [
    'input { name: "x" data_type: TYPE_INT64 dims: 1 optional: true }',
    ({ entry }) => entry.inputs[0]?.isOptional,
    true,
  ],
  [
    'input { name: "x" data_type: TYPE_INT64 dims: 1 optional: false }',
    ({ entry }) => entry.inputs[0]?.isOptional,
    undefined,
  ],
  [
    'output { name: "y" data_type: TYPE_FP32 dims: 3 label_filename: "labels.txt" }',
    ({ entry }) => entry.outputs[0]?.labelFile?.path,
    'labels.txt',
  ],
  [
    'output { name: "y" data_type: TYPE_FP32 dims: 3 label_filename: "" }',
    ({ entry }) => entry.outputs[0]?.labelFile,
    null,
  ],
  [
    'instance_group { count: 3 }',
    ({ entry }) => [entry.device, entry.workers, entry.platform],
    [null, 3, 'cpu'],
  ],
  [
    'instance_group [{ kind: KIND_CPU }, { kind: KIND_CPU count: 2 }]',
    ({ entry }) => [entry.device, entry.workers],
    ['cpu', 3],
  ],
  ['instance_group { kind: KIND_MODEL }', ({ entry }) => [entry.device, entry.workers], [null, 1]],
  [
    'instance_group { kind: KIND_GPU gpus: [0, 2] count: 2 }',
    ({ entry }) => [entry.device, entry.workers, entry.platform],
    ['cuda:0,cuda:2', 2, 'cuda'],
  ],
  [
    'instance_group { gpus: 1 } instance_group { gpus: 1 }',
    ({ entry }) => [entry.device, entry.workers],
    ['cuda:1', 2],
  ],
  ['', ({ entry }) => [entry.scheduling.batching.isOn, entry.scheduling.batching.isAssumed], [true, true]],
  [
    'max_batch_size: 4',
    ({ entry }) => [entry.scheduling.batching.isOn, entry.scheduling.batching.isAssumed],
    [true, true],
  ],
  [
    'max_batch_size: 4 dynamic_batching {}',
    ({ entry }) => [entry.scheduling.batching.isOn, entry.scheduling.batching.isAssumed],
    [true, false],
  ],
  [
    'max_batch_size: 8 dynamic_batching { preferred_batch_size: [8, 4] max_queue_delay_microseconds: 100 preserve_ordering: true }',
    ({
      entry: {
        scheduling: { batching },
      },
    }) => [batching.preferredRows, batching.maxDelayMs, batching.preserveOrdering],
    [[4, 8], 0.1, true],
  ],
  [
    'max_batch_size: 8 dynamic_batching { priority_levels: 3 default_priority_level: 2 default_queue_policy { max_queue_size: 5 } priority_queue_policy { key: 1 value { timeout_action: DELAY default_timeout_microseconds: 2000 allow_timeout_override: true } } }',
    ({
      entry: {
        scheduling: { queue },
      },
    }) => [queue.priorityLevels, queue.defaultPriority, queue.policy.maxSize, queue.policyOf[1]],
    [3, 2, 5, { timeoutAction: 'delay', defaultTimeoutMs: 2, allowTimeoutOverride: true, maxSize: null }],
  ],
  [
    'sequence_batching { max_sequence_idle_microseconds: 5000 control_input { name: "s" control { kind: CONTROL_SEQUENCE_START fp32_false_true: [0, 1.5] } } control_input { name: "c" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } } oldest { max_candidate_sequences: 4 } }',
    ({
      entry: {
        scheduling: { sequence },
      },
    }) => [sequence?.options.maxIdleMs, sequence?.options.controls, sequence?.options.strategy.kind],
    [
      5,
      [
        { name: 's', kind: 'START', datatype: 'FP32', falseTrue: [0, 1.5] },
        { name: 'c', kind: 'CORRID', datatype: 'UINT64', falseTrue: null },
      ],
      'oldest',
    ],
  ],
  [
    'sequence_batching { state { input_name: "i" output_name: "o" data_type: TYPE_FP32 dims: 2 use_growable_memory: true initial_state { name: "n" data_type: TYPE_FP32 dims: 2 data_file: "zero" } } }',
    ({
      entry: {
        scheduling: { sequence },
      },
    }) => sequence?.options.states[0]?.initial,
    { dims: [2], file: 'initial_state/zero' },
  ],
  [
    'platform: "ensemble" max_batch_size: 2 input { name: "I" data_type: TYPE_FP32 dims: 4 } output { name: "O" data_type: TYPE_FP32 dims: 4 } ensemble_scheduling { step { model_name: "a" model_version: -1 input_map { key: "x" value: "I" } output_map { key: "y" value: "t" } } step { model_name: "b" model_version: 2 input_map { key: "x" value: "t" } output_map { key: "y" value: "O" } } }',
    ({
      format,
      entry: {
        platform,
        inputs,
        scheduling: { ensemble },
      },
    }) => [format, platform, inputs[0], ensemble?.steps.map(({ step }) => step)],
    [
      'ensemble',
      'cpu',
      { name: 'I', datatype: 'FP32', shape: [-1, 4], description: null },
      [
        { model: { name: 'a', version: null }, inputs: { x: 'I' }, outputs: { y: 't' } },
        { model: { name: 'b', version: '2' }, inputs: { x: 't' }, outputs: { y: 'O' } },
      ],
    ],
  ],
  [
    'max_batch_size: 4 input { name: "x" data_type: TYPE_FP32 dims: [-1, 4] reshape { shape: [-1, 2, 2] } } model_warmup { name: "w" batch_size: 2 count: 3 inputs { key: "x" value { data_type: TYPE_FP32 dims: [5, 4] input_data_file: "x.bin" } } inputs { key: "z" value { data_type: TYPE_FP32 dims: 1 random_data: true } } }',
    ({
      entry: {
        scheduling: { warmup },
      },
    }) => [warmup?.[0]?.batchSize, warmup?.[0]?.sample],
    [
      2,
      {
        name: 'w',
        count: 3,
        inputs: {
          x: { datatype: 'FP32', dims: [5, 2, 2], data: { file: 'warmup/x.bin' } },
          z: { datatype: 'FP32', dims: [1], data: 'random' },
        },
      },
    ],
  ],
  ['response_cache { enable: true }', ({ entry }) => entry.scheduling.isCached, true],
  [
    'parameters { key: "update_policy" value { string_value: "replace" } }',
    ({ update }) => update,
    'replace',
  ],
  ['max_batch_size: 4', ({ update }) => update, null],
  [
    'input { name: "x" data_type: TYPE_FP32 dims: [1, 2, 3] format: FORMAT_NCHW }',
    ({ entry }) => entry.inputs[0]?.format,
    'FORMAT_NCHW',
  ],
  [
    'parameters { key: "isolation" value { string_value: "process" } } parameters { key: "run_timeout" value { string_value: "2.5" } } parameters { key: "load_timeout" value { string_value: "60" } }',
    ({ entry: { isolation } }) => [
      isolation.wall,
      isolation.runTimeoutSeconds?.value,
      isolation.loadTimeoutSeconds,
    ],
    ['process', 2.5, 60],
  ],
  ['response_cache { }', ({ entry }) => entry.scheduling.isCached, false],
  [
    'parameters { key: "intra_op_thread_count" value { string_value: "3" } } parameters { key: "inter_op_thread_count" value { string_value: "2" } } parameters { key: "execution_mode" value { string_value: "1" } } parameters { key: "enable_mem_arena" value { string_value: "0" } } parameters { key: "enable_mem_pattern" value { string_value: "1" } } parameters { key: "session.set_denormal_as_zero" value { string_value: "1" } }',
    ({ entry }) => entry.engine,
    {
      threads: 3,
      onnxruntime: {
        inter_op_num_threads: 2,
        execution_mode: 'parallel',
        enable_cpu_mem_arena: false,
        enable_mem_pattern: true,
        session_config: { 'session.set_denormal_as_zero': '1' },
      },
    },
  ],
  [
    'parameters { key: "intra_op_thread_count" value { string_value: "0" } }',
    ({ entry }) => entry.engine,
    { threads: null, onnxruntime: {} },
  ],
  [
    'parameters { key: "description" value { string_value: "a model" } }',
    ({ entry }) => entry.description,
    'a model',
  ],
  [
    'optimization { graph { level: -1 } }',
    ({ entry }) => entry.engine.onnxruntime,
    { graph_optimization_level: 'basic' },
  ],
  [
    'optimization { graph { level: 1 } }',
    ({ entry }) => entry.engine.onnxruntime,
    { graph_optimization_level: 'extended' },
  ],
  [
    'optimization { graph { level: 2 } }',
    ({ entry }) => entry.engine.onnxruntime,
    { graph_optimization_level: 'disabled' },
  ],
  ['optimization { graph { level: 0 } }', ({ entry }) => entry.engine.onnxruntime, {}],
  [
    'optimization { input_pinned_memory { enable: true } priority: PRIORITY_DEFAULT }',
    ({ entry }) => entry.engine.onnxruntime,
    {},
  ],
];

for (const [text, part, value] of parts) {
  test(`of "${text}" comes ${JSON.stringify(value)}`, () => {
    assert.deepEqual(part(good(text)), value);
    assert.deepEqual(read(text).warnings, []);
  });
}

const IGNORED = 'it is not supported and ignored';

const warned: [text: string, ...warnings: string[]][] = [
  ['runtime: "x"', `1:1: runtime: ${IGNORED}`],
  ['cc_model_filenames { key: "7.5" value: "m.plan" }', `1:1: cc_model_filenames: ${IGNORED}`],
  ['metric_tags { key: "a" value: "b" }', `1:1: metric_tags: ${IGNORED}`],
  [
    'model_metrics { metric_control { metric_identifier { family: "f" } } }',
    `1:1: model_metrics: ${IGNORED}`,
  ],
  [
    'instance_group [{ rate_limiter { priority: 1 } },\n { profile: "p" host_policy: "h" secondary_devices { device_id: 1 } }]',
    `1:19: instance_group[0].rate_limiter: ${IGNORED}`,
    `2:4: instance_group[1].profile: ${IGNORED}`,
    `2:17: instance_group[1].host_policy: ${IGNORED}`,
    `2:34: instance_group[1].secondary_devices: ${IGNORED}`,
  ],
  [
    'instance_group { kind: KIND_GPU }',
    '1:16: instance_group[0]: KIND_GPU without gpus means every GPU to Triton; here it means GPU 0',
  ],
  [
    'instance_group [{ kind: KIND_CPU }, { kind: KIND_GPU gpus: 0 }]',
    '1:37: instance_group[1]: copies of a model are on devices of one kind here, that of its first group; this group is left out',
  ],
  [
    'instance_group [{ passive: true }, { count: 2 }]',
    '1:17: instance_group[0]: passive copies are not supported and left out',
  ],
  [
    'instance_group [{ kind: KIND_GPU gpus: 0 }, { count: 2 kind: KIND_GPU gpus: [1, 2] }]',
    '1:16: instance_group: there are as many copies on each GPU here; it is the largest number, 2',
  ],
  [
    'instance_group [{ count: 200 }, { count: 100 }]',
    '1:16: instance_group: 300 copies are more than there can be; here there are 255',
  ],
  [
    'optimization { priority: PRIORITY_MAX cuda { graphs: true } gather_kernel_buffer_threshold: 1 eager_batching: true }',
    `1:16: optimization.priority: ${IGNORED}`,
    `1:39: optimization.cuda: ${IGNORED}`,
    `1:61: optimization.gather_kernel_buffer_threshold: ${IGNORED}`,
    `1:95: optimization.eager_batching: ${IGNORED}`,
  ],
  [
    'optimization { execution_accelerators { gpu_execution_accelerator { name: "tensorrt" } } }',
    `1:16: optimization.execution_accelerators: ${IGNORED}`,
  ],
  [
    'optimization { graph { level: 7 } }',
    '1:31: optimization.graph.level: 7 is no level of optimization; expected -1, 1 or 2; it is ignored',
  ],
  [
    'parameters { key: "cudnn_conv_algo_search" value { string_value: "1" } }',
    '1:50: parameters.cudnn_conv_algo_search: no such parameter is known; it is ignored',
  ],
  [
    `dynamic_batching { preferred_batch_size: 4 } ${ROW}`,
    '1:18: dynamic_batching: max_batch_size is 0, so that requests are not put together',
  ],
];

for (const [text, ...warnings] of warned) {
  test(`"${text}" is warned of`, () => {
    good(text);
    assert.deepEqual([...read(text).warnings].sort(), warnings.sort());
  });
}

const I = 'input { name: "I" data_type: TYPE_FP32 dims: 4 }';
const O = 'output { name: "O" data_type: TYPE_FP32 dims: 4 }';
const STEP = 'step { model_name: "a" input_map { key: "x" value: "I" } output_map { key: "y" value: "O" } }';

test('an ensemble is warned of what its models have', () => {
  const text = `platform: "ensemble" ${I} ${O} ensemble_scheduling { max_inflight_requests: 2 ${STEP} }
instance_group { count: 2 }
response_cache { enable: true }
model_warmup { name: "w" inputs { key: "I" value { data_type: TYPE_FP32 dims: 4 zero_data: true } } }
optimization { graph { level: 1 } }`;
  const { entry } = good(text);
  assert.deepEqual(
    [entry.device, entry.workers, entry.scheduling.isCached, entry.scheduling.warmup],
    [null, null, false, null],
  );
  const why = 'an ensemble has none of its own, its models have; it is ignored';
  assert.deepEqual(read(text).warnings, [
    `1:143: ensemble_scheduling.max_inflight_requests: ${IGNORED}`,
    `2:16: instance_group: ${why}`,
    `3:16: response_cache: ${why}`,
    `4:14: model_warmup: ${why}`,
    `5:14: optimization: ${why}`,
  ]);
});

const TENSORRT = 'it is not supported: it is about engines of TensorRT, which are not served here';
const FORMATS =
  'onnxruntime_onnx, onnxruntime, litert_tflite, litert, tensorflow_lite, tflite, armnn_tflite, ensemble';
const X = 'input { name: "x" data_type: TYPE_FP32';

const refused: [text: string, ...problems: string[]][] = [
  ['name: ', '1:7: expected a value for name, found the end of the file'],
  ['name: "a/b"', '1:7: name: the model name "a/b" may not contain "/", which separates parts of the URL'],
  [
    'platform: "pytorch_libtorch"',
    `1:11: platform: models of "pytorch_libtorch" are not served here; expected one of ${FORMATS}`,
  ],
  [
    '\nbackend: "onnxruntim"',
    `2:10: backend: models of "onnxruntim" are not served here; expected one of ${FORMATS}; did you mean "onnxruntime"?`,
  ],
  [
    'platform: "onnxruntime_onnx" backend: "tflite"',
    '1:39: backend: the backend tflite contradicts the platform onnxruntime_onnx; expected one of them, or two that agree',
  ],
  ['max_batch_size: -1', '1:17: max_batch_size: expected an integer from 0 to 2147483647, found -1'],
  ['version_policy { specific {} }', '1:27: version_policy.specific: expected at least one of versions'],
  [
    'version_policy { specific { versions: -1 } }',
    '1:39: version_policy.specific.versions[0]: expected an integer from 0 to 9007199254740991, found -1',
  ],
  [
    'version_policy { latest {} all {} }',
    '1:28: version_policy.all: it cannot be used with latest in line 1; expected one of them',
  ],
  [
    'default_model_filename: "../m.onnx"',
    '1:25: default_model_filename: expected the name of a file in the folder of a version, found "../m.onnx"',
  ],
  [
    'default_model_filename: "/m.onnx"',
    '1:25: default_model_filename: expected the name of a file in the folder of a version, found "/m.onnx"',
  ],
  ['input { data_type: TYPE_FP32 dims: 1 }', '1:7: input[0].name: missing key; expected text'],
  [
    'input { name: "x" dims: 1 }',
    '1:7: input[0].data_type: missing key; expected a datatype such as TYPE_FP32',
  ],
  [`${X} }`, '1:7: input[0].dims: missing dims; expected the sizes of its axes'],
  [`${X} dims: -2 }`, '1:46: input[0].dims[0]: expected an integer from -1 to 2147483647, found -2'],
  [
    `${X} dims: 4 format: FORMAT_NHWC }`,
    '1:56: input[0].format: FORMAT_NHWC is of 3 axes beside that of the batch; dims has 1',
  ],
  [
    'parameters { key: "update_policy" value { string_value: "swap" } }',
    '1:41: parameters.update_policy: expected one of overlap, replace, found "swap"',
  ],
  [
    `${X} dims: 4 reshape { shape: [2, 3] } }`,
    '1:56: input[0].reshape: a tensor cannot be reshaped so: [2,3] does not hold the elements of [4]',
  ],
  [
    `${X} dims: [-1, 4] reshape { shape: [4, -1] } }`,
    '1:62: input[0].reshape: a tensor cannot be reshaped so: [4,-1] does not hold the elements of [-1,4]',
  ],
  [`${X} dims: 1 } ${X} dims: 1 }`, '1:56: input[1]: "x" is described before; expected each tensor once'],
  [
    `${X} dims: 1 allow_ragged_batch: true }`,
    '1:48: input[0].allow_ragged_batch: it is not supported: the model would be given the inputs of several requests as one row of elements',
  ],
  [
    `${X} dims: 1 is_shape_tensor: true is_non_linear_format_io: true }`,
    `1:48: input[0].is_shape_tensor: ${TENSORRT}`,
    `1:70: input[0].is_non_linear_format_io: ${TENSORRT}`,
  ],
  [
    'output { name: "y" data_type: TYPE_FP32 dims: 1 is_shape_tensor: true is_non_linear_format_io: true }',
    `1:49: output[0].is_shape_tensor: ${TENSORRT}`,
    `1:71: output[0].is_non_linear_format_io: ${TENSORRT}`,
  ],
  [
    'instance_group { kind: KIND_CPU gpus: 0 }',
    '1:39: instance_group[0].gpus: KIND_CPU has no gpus; expected KIND_GPU',
  ],
  [
    'instance_group { count: -1 }',
    '1:25: instance_group[0].count: expected an integer from 1 to 255, found -1',
  ],
  [
    'max_batch_size: 4 dynamic_batching { preferred_batch_size: [8] }',
    '1:60: dynamic_batching.preferred_batch_size: 8 is more than max_batch_size, which is 4',
  ],
  [
    'max_batch_size: 4 dynamic_batching { priority_levels: 2 }',
    '1:36: dynamic_batching.default_priority_level: expected one of the priority levels, 1 to 2, found nothing',
  ],
  [
    'sequence_batching { iterative_sequence: true }',
    '1:21: sequence_batching.iterative_sequence: it is not supported: a request would be run again and again until the model says that it is done',
  ],
  ['platform: "ensemble"', '1:11: platform: an ensemble needs ensemble_scheduling with its steps'],
  [
    `platform: "onnxruntime_onnx" ${I} ${O} ensemble_scheduling { ${STEP} }`,
    '1:149: ensemble_scheduling: it is said of an ensemble, and the model is one of onnx',
  ],
  [
    `${I} ${O} ensemble_scheduling { step { model_name: "a" model_namespace: "n" input_map { key: "x" value: "I" } output_map { key: "y" value: "O" } } }`,
    '1:145: ensemble_scheduling.step[0].model_namespace: it is not supported: it would choose among models of the same name, and here a name stands for one model',
  ],
  [
    `${I} ensemble_scheduling { ${STEP} }`,
    '1:1: output: an ensemble needs its outputs; expected a list of them',
  ],
  [
    `input { name: "I" data_type: TYPE_FP32 dims: 4 reshape { shape: [2, 2] } } ${O} ensemble_scheduling { ${STEP} }`,
    '1:56: input[0].reshape: tensors of an ensemble cannot be reshaped; expected it at one of its models',
  ],
  [
    'model_warmup { name: "w" inputs { key: "x" value { data_type: TYPE_FP32 dims: 1 } } }',
    '1:50: model_warmup[0].inputs.x: expected one of zero_data: true, random_data: true and input_data_file, found none of them',
  ],
  [
    'model_operations { op_library_filename: "x.so" }',
    '1:1: model_operations: it is not supported: it loads operators of other makers, and the model cannot be run without',
  ],
  [
    'model_transaction_policy { decoupled: true }',
    '1:1: model_transaction_policy: it is not supported: a decoupled model answers a request any number of times, and ONNX and TFLite models answer once',
  ],
  [
    'model_repository_agents { agents { name: "checksum" } }',
    '1:1: model_repository_agents: it is not supported: an agent may change the files of the model before they are loaded',
  ],
  [
    'batch_input { kind: BATCH_ITEM_SHAPE }',
    '1:1: batch_input: it is not supported: it makes inputs of the model out of the requests of a batch',
  ],
  [
    'batch_output { target_name: "y" }',
    '1:1: batch_output: it is not supported: it cuts outputs of the model by the inputs of the requests',
  ],
  [
    'parameters { key: "intra_op_thread_count" value { string_value: "many" } }',
    '1:49: parameters.intra_op_thread_count: expected an integer from 0 to 1024, found "many"',
  ],
  [
    'parameters { key: "execution_mode" value { string_value: "2" } }',
    '1:42: parameters.execution_mode: expected an integer from 0 to 1, found 2',
  ],
  ['#'.repeat(1024 * 1024 + 1), '1:1: more than 1048576 characters, too large for a configuration'],
];

for (const [text, ...problems] of refused) {
  test(`"${text.slice(0, 200)}" is refused`, () => {
    const { config, problems: found } = read(text);
    assert.deepEqual(found, problems);
    assert.equal(config, null);
  });
}

test('what comes with a request may be shorter than a file of the server', () => {
  const ofLength = (length: number): string => `{"name": "${'m'.repeat(length - 12)}"}`;
  const tooLong =
    "1:1: more than 65536 characters, too large for a request: it belongs in the model's folder";
  assert.deepEqual(read(ofLength(64 * 1024 + 1), readTritonConfigJson).problems, [tooLong]);
  assert.ok(!read(ofLength(64 * 1024), readTritonConfigJson).problems.includes(tooLong));
  assert.deepEqual(read(`name: "m" ${' '.repeat(64 * 1024)}`).problems, []);
});

test('what means nothing is not warned of', () => {
  const text = `model_transaction_policy { decoupled: false } model_repository_agents {} batch_input [] cc_model_filenames []
    instance_group { name: "g" } optimization { eager_batching: false cuda {} } input { name: "x" data_type: TYPE_FP32
    dims: 1 format: FORMAT_NONE is_shape_tensor: false allow_ragged_batch: false } runtime: ""`;
  good(text);
  assert.deepEqual(read(text).warnings, []);
});

test('JSON says the same, and its problems name where it came from', () => {
  const text = `max_batch_size: 2 ${ROW} dynamic_batching { max_queue_delay_microseconds: 5 }`;
  const json = JSON.stringify({
    maxBatchSize: 2,
    input: [{ name: 'x', dataType: 'TYPE_FP32', dims: ['4'] }],
    output: [{ name: 'y', data_type: 13, dims: [-1] }],
    dynamic_batching: { maxQueueDelayMicroseconds: '5' },
    name: '',
  });
  const withoutPlaces = (config: TritonModelConfig | null): unknown =>
    JSON.parse(JSON.stringify(config, (key, value) => (/place$/i.test(key) ? undefined : value)));
  assert.deepEqual(withoutPlaces(read(json, readTritonConfigJson).config), withoutPlaces(good(text)));
  const broken: [json: string, problem: RegExp][] = [
    [
      '{"name": 1, "max_batch_size": -1}',
      /^1:31: max_batch_size: expected an integer from 0 to 2147483647, found -1$/,
    ],
    ['[1]', /^1:1: expected an object, found a list$/],
    ['', /^1:1: not valid JSON: /],
    ['{"name":\n  "a" "b"}', /^2:7: not valid JSON: /],
    ['name: m', /^1:1: not valid JSON: /],
    ['{"name": "a", "name": "b"}', /^1:15: duplicate key "name", first in line 1$/],
    [`${'['.repeat(100)}${']'.repeat(100)}`, /^1:\d+: nested more than 64 levels deep$/],
  ];
  for (const [json, problem] of broken) {
    const { config, problems } = read(json, readTritonConfigJson);
    assert.match(problems.join('\n'), problem);
    assert.equal(config, null);
  }
});

test('without a configuration all is left to the file', () => {
  const { entry, versionPolicy, format } = autoCompleted(filePlace('m'));
  assert.deepEqual(
    [entry.maxBatchSize, entry.inputs, entry.outputs, entry.workers, format],
    [null, [], [], null, null],
  );
  assert.deepEqual(versionPolicy, { kind: 'latest', count: 1 });
  assert.equal(entry.place.file, 'm');
});

test('a model is called as its folder is', () => {
  const named = (text: string): unknown => {
    const report = new Report();
    const config = namedAs(good(text), 'folder', report);
    return config?.entry.name ?? report.problems.map(formatProblem);
  };
  assert.equal(named(''), 'folder');
  assert.equal(named('name: "folder"'), 'folder');
  assert.deepEqual(named('\nname: "other"'), [
    'm/config.pbtxt:2:7: name: the name is "other", and the folder is called "folder"; expected the same, or no name',
  ]);
});

test('problems of others are no reason to refuse', () => {
  const report = new Report();
  report.problem(filePlace('other'), 'bad');
  assert.ok(readTritonConfig('', 'm', report) !== null);
  assert.equal(report.problems.length, 1);
});
