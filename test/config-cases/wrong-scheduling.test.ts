import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from './workbench.js';

/** A list of one model with these further lines. */
const oneModel = (lines: readonly string[]): string =>
  `model_config_list:\n- name: m\n${['model: m.onnx', ...lines].map((line) => `  ${line}\n`).join('')}`;

/** `4:3 key: …`, as it is told of the first model. */
const inModel = (problem: string): string =>
  problem.replace(' ', ': model_config_list[0].').replace(/^/, 'm.yaml:');

const models: [lines: readonly string[], ...expected: string[]][] = [
  [
    ['dynamic_batching: maybe'],
    '4:21 dynamic_batching: expected true, false or a mapping of batching options, found "maybe"',
  ],
  [
    ['dynamic_batching: [1]'],
    '4:21 dynamic_batching: expected true, false or a mapping of batching options, found a list',
  ],
  [
    ['dynamic_batching: {prefered_batch_size: [1]}'],
    '4:22 dynamic_batching.prefered_batch_size: unknown key; did you mean "preferred_batch_size"? Allowed: preferred_batch_size, preferred_batch_sizes, max_queue_delay_microseconds, max_queue_delay_us, preserve_ordering, priority_levels, default_priority_level, default_queue_policy, priority_queue_policy, enable_large_batch_splitting, allowed_batch_sizes, pad_variable_length_inputs',
  ],
  [
    ['dynamic_batching: {preferred_batch_size: [4, 0]}'],
    '4:48 dynamic_batching.preferred_batch_size[1]: expected an integer from 1 to 2147483647, found 0',
  ],
  [
    [
      'dynamic_batching: {preferred_batch_size: [4], preferred_batch_sizes: [4], max_queue_delay_us: 1, max_queue_delay_microseconds: 1}',
    ],
    '4:72 dynamic_batching.preferred_batch_sizes: preferred_batch_size and preferred_batch_sizes mean the same; expected one of them',
    '4:97 dynamic_batching.max_queue_delay_us: max_queue_delay_microseconds and max_queue_delay_us mean the same; expected one of them',
  ],
  [
    ['max_batch_size: 8', 'dynamic_batching: {preferred_batch_size: [4, 16]}'],
    '5:44 dynamic_batching.preferred_batch_size: 16 is more than max_batch_size, which is 8',
  ],
  [
    ['max_batch_size: 8', 'dynamic_batching: {allowed_batch_sizes: [4, 16]}'],
    '5:43 dynamic_batching.allowed_batch_sizes: 16 is more than max_batch_size, which is 8',
  ],
  [
    ['max_batch_size: 8', 'dynamic_batching: {allowed_batch_sizes: [2, 4]}'],
    '5:43 dynamic_batching.allowed_batch_sizes: the largest is 4; expected max_batch_size, which is 8',
  ],
  [
    ['dynamic_batching: {allowed_batch_sizes: [4, 2, 4]}'],
    '4:43 dynamic_batching.allowed_batch_sizes: expected sizes in ascending order, each once, found [4, 2, 4]',
  ],
  [
    ['dynamic_batching: {allowed_batch_sizes: [4, 4]}'],
    '4:43 dynamic_batching.allowed_batch_sizes: expected sizes in ascending order, each once, found [4, 4]',
  ],
  [
    ['dynamic_batching: {allowed_batch_sizes: [2, 4], preferred_batch_size: [3]}'],
    '4:73 dynamic_batching.preferred_batch_size: 3 is not one of allowed_batch_sizes, which are 2, 4',
  ],
  [
    ['max_batch_size: 0', 'dynamic_batching: true'],
    '5:21 dynamic_batching: max_batch_size is 0, which means that the model has no axis for batches',
  ],
  [
    ['dynamic_batching: {priority_levels: 2}'],
    '4:21 dynamic_batching.default_priority_level: expected one of the priority levels, 1 to 2, found nothing',
  ],
  [
    ['dynamic_batching: {priority_levels: 2, default_priority_level: 3}'],
    '4:66 dynamic_batching.default_priority_level: expected one of the priority levels, 1 to 2, found 3',
  ],
  [
    ['dynamic_batching: {priority_levels: 2, default_priority_level: 0}'],
    '4:66 dynamic_batching.default_priority_level: expected one of the priority levels, 1 to 2, found 0',
  ],
  [
    ['dynamic_batching: {default_priority_level: 1}'],
    '4:46 dynamic_batching.default_priority_level: there is no priority level 1: priority_levels is 0',
  ],
  [
    ['dynamic_batching: {priority_levels: 1000001}'],
    '4:39 dynamic_batching.priority_levels: expected an integer from 0 to 1000000, found 1000001',
  ],
  [
    ['dynamic_batching: {priority_levels: 2, default_priority_level: 1, priority_queue_policy: {3: {}}}'],
    '4:93 dynamic_batching.priority_queue_policy.3: there is no priority level 3: priority_levels is 2',
  ],
  [
    ['dynamic_batching: {priority_queue_policy: {1: {}}}'],
    '4:46 dynamic_batching.priority_queue_policy.1: there is no priority level 1: priority_levels is 0',
  ],
  [
    ['dynamic_batching: {priority_queue_policy: {0: {}, low: {}, 1: 2}}'],
    '4:46 dynamic_batching.priority_queue_policy.0: expected a priority level, an integer from 1 to 1000000, found 0',
    '4:53 dynamic_batching.priority_queue_policy.low: expected a priority level, an integer from 1 to 1000000, found "low"',
    '4:65 dynamic_batching.priority_queue_policy.1: expected a mapping of a queue policy, found 2',
  ],
  [
    ['dynamic_batching: {default_queue_policy: {timeout_action: DROP, max_size: 1}}'],
    '4:61 dynamic_batching.default_queue_policy.timeout_action: expected one of REJECT, DELAY, found "DROP"',
    '4:67 dynamic_batching.default_queue_policy.max_size: unknown key. Allowed: timeout_action, default_timeout_microseconds, allow_timeout_override, max_queue_size',
  ],
  [
    ['max_queue_size: 0', 'max_queue_rows: 0', 'max_queue_bytes: -1'],
    '4:19 max_queue_size: expected an integer from 1 to 1000000, found 0',
    '5:19 max_queue_rows: expected an integer from 1 to 2147483647, found 0',
    '6:20 max_queue_bytes: expected an integer from 1 to 9007199254740991, found -1',
  ],
  [['instance_group: {count: 1}'], '4:19 instance_group: expected a list, found a mapping'],
  [
    ['instance_group: [{count: 0}]'],
    '4:28 instance_group[0].count: expected an integer from 1 to 255, found 0',
  ],
  [
    ['instance_group: [{count: 256}]'],
    '4:28 instance_group[0].count: expected an integer from 1 to 255, found 256',
  ],
  [
    ['instance_group: [{kind: KIND_TPU}]'],
    '4:27 instance_group[0].kind: expected one of KIND_AUTO, KIND_CPU, KIND_GPU, KIND_MODEL, found "KIND_TPU"; did you mean "KIND_CPU"?',
  ],
  [
    ['instance_group: [{kind: KIND_GPU}]'],
    '4:20 instance_group[0].gpus: KIND_GPU needs the numbers of its GPUs, for instance gpus: [0]',
  ],
  [
    ['instance_group: [{kind: KIND_CPU, gpus: [0]}]'],
    '4:43 instance_group[0].gpus: KIND_CPU has no gpus; expected KIND_GPU',
  ],
  [
    ['instance_group: [{kind: KIND_MODEL, gpus: [0]}]'],
    '4:45 instance_group[0].gpus: KIND_MODEL has no gpus; expected KIND_GPU',
  ],
  [['instance_group: [{gpus: [0, 0]}]'], '4:27 instance_group[0].gpus: expected each GPU once, found [0, 0]'],
  [
    ['instance_group: [{gpus: [0], threads: 2}]'],
    '4:41 instance_group[0].threads: threads can be said of KIND_CPU only, and this is KIND_AUTO',
  ],
  [
    ['instance_group: [{kind: KIND_GPU, gpus: [0], count: 2}, {kind: KIND_GPU, gpus: [1]}]'],
    '4:19 instance_group: GPU 0 has 2 copies and GPU 1 has 1 copy; expected as many on each GPU',
  ],
  [
    ['instance_group: [{kind: KIND_CPU}, {kind: KIND_GPU, gpus: [0]}]'],
    '4:38 instance_group[1]: groups of different kinds cannot be in one model; expected one for all',
  ],
  [
    ['instance_group: [{kind: KIND_CPU, threads: 1}, {kind: KIND_CPU}]'],
    '4:50 instance_group[1]: groups of different numbers of threads cannot be in one model; expected one for all',
  ],
  [
    ['instance_group: [{kind: KIND_CPU, count: 200}, {kind: KIND_CPU, count: 56}]'],
    '4:19 instance_group: expected at most 255 copies in all, found 256',
  ],
  [
    ['instance_group: [{gpus: [0], count: 200}, {gpus: [0], count: 56}]'],
    '4:19 instance_group: expected at most 255 copies on a GPU, found 256',
  ],
  [
    ['instance_group: [{}]', 'npu_device: cpu', 'worker_num: 2'],
    '5:15 npu_device: it cannot be used with instance_group, which says the same; expected one of them',
    '6:15 worker_num: it cannot be used with instance_group, which says the same; expected one of them',
  ],
  [
    ['instance_group: [{kind: KIND_CPU, threads: 1}]', 'engine: {threads: 2}'],
    '5:11 engine: its threads are said by instance_group too; expected one of them',
  ],
  [
    ['sequence_batching: true'],
    '4:22 sequence_batching: expected a mapping of options for sequences, found "true"',
  ],
  [
    ['sequence_batching: {direct: {}, oldest: {max_candidate_sequences: 1}}'],
    '4:43 sequence_batching.oldest: direct and oldest are two strategies; expected one of them',
  ],
  [
    ['sequence_batching: {oldest: {}}'],
    '4:31 sequence_batching.oldest.max_candidate_sequences: missing key; expected an integer from 1 to 2147483647',
  ],
  [
    [
      'max_batch_size: 2',
      'sequence_batching: {oldest: {max_candidate_sequences: 1, preferred_batch_size: [4]}}',
    ],
    '5:82 sequence_batching.oldest.preferred_batch_size: 4 is more than max_batch_size, which is 2',
  ],
  [
    ['sequence_batching: {direct: {minimum_slot_utilization: 1.5}}'],
    '4:58 sequence_batching.direct.minimum_slot_utilization: expected a number from 0 to 1, found 1.5',
  ],
  [
    ['sequence_batching: {control_input: [{name: a, control: [{kind: START}]}]}'],
    '4:66 sequence_batching.control_input[0].control[0].kind: expected one of CONTROL_SEQUENCE_START, CONTROL_SEQUENCE_READY, CONTROL_SEQUENCE_END, CONTROL_SEQUENCE_CORRID, found "START"',
  ],
  [
    ['sequence_batching: {control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_START}]}]}'],
    '4:59 sequence_batching.control_input[0].control[0]: CONTROL_SEQUENCE_START needs one of int32_false_true, fp32_false_true and bool_false_true, found 0',
  ],
  [
    [
      'sequence_batching: {control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_START, int32_false_true: [0, 1], fp32_false_true: [0, 1]}]}]}',
    ],
    '4:59 sequence_batching.control_input[0].control[0]: CONTROL_SEQUENCE_START needs one of int32_false_true, fp32_false_true and bool_false_true, found 2',
  ],
  [
    [
      'sequence_batching: {control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_START, int32_false_true: [0]}]}]}',
    ],
    '4:108 sequence_batching.control_input[0].control[0].int32_false_true: expected a list of two, found one of 1',
  ],
  [
    [
      'sequence_batching: {control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_START, int32_false_true: [0, x]}]}]}',
    ],
    '4:112 sequence_batching.control_input[0].control[0].int32_false_true[1]: expected an integer from -2147483648 to 2147483647, found "x"',
  ],
  [
    [
      'sequence_batching: {control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_END, int32_false_true: [0, 1], data_type: TYPE_FP32}]}]}',
    ],
    '4:125 sequence_batching.control_input[0].control[0].data_type: FP32 contradicts the values, which are INT32',
  ],
  [
    ['sequence_batching: {control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_CORRID}]}]}'],
    '4:59 sequence_batching.control_input[0].control[0]: CONTROL_SEQUENCE_CORRID needs a data_type, one of UINT64, INT64, UINT32, INT32, BYTES, and no values for no and yes',
  ],
  [
    [
      'sequence_batching: {control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_CORRID, data_type: TYPE_FP32}]}]}',
    ],
    '4:59 sequence_batching.control_input[0].control[0]: CONTROL_SEQUENCE_CORRID needs a data_type, one of UINT64, INT64, UINT32, INT32, BYTES, and no values for no and yes',
  ],
  [
    [
      'sequence_batching: {control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_CORRID, data_type: TYPE_FP23}]}]}',
    ],
    '4:102 sequence_batching.control_input[0].control[0].data_type: expected one of TYPE_BOOL, TYPE_UINT8, TYPE_UINT16, TYPE_UINT32, TYPE_UINT64, TYPE_INT8, TYPE_INT16, TYPE_INT32, TYPE_INT64, TYPE_FP16, TYPE_BF16, TYPE_FP32, TYPE_FP64, TYPE_STRING, found "TYPE_FP23"; did you mean "TYPE_FP16"?',
  ],
  [
    ['sequence_batching: {control_input: [{name: a, control: []}]}'],
    '4:58 sequence_batching.control_input[0].control: expected one control for an input, found 0',
  ],
  [
    [
      'sequence_batching:',
      '  control_input:',
      '  - {name: a, control: [{kind: CONTROL_SEQUENCE_END, int32_false_true: [0, 1]}]}',
      '  - {name: a, control: [{kind: CONTROL_SEQUENCE_END, int32_false_true: [0, 1]}]}',
    ],
    '7:7 sequence_batching.control_input[1]: the input "a" has a control already',
    '7:7 sequence_batching.control_input[1]: CONTROL_SEQUENCE_END has an input already; expected one input for each kind',
  ],
  [
    [
      'sequence_batching:',
      '  state:',
      '  - {input_name: a, output_name: b, data_type: FP32, dims: [2]}',
      '  - {input_name: a, output_name: b, data_type: FP32, dims: [2]}',
    ],
    '7:20 sequence_batching.state[1].input_name: the input "a" has a state already',
    '7:36 sequence_batching.state[1].output_name: the output "b" leaves a state already',
  ],
  [
    [
      'sequence_batching:',
      '  control_input: [{name: a, control: [{kind: CONTROL_SEQUENCE_END, int32_false_true: [0, 1]}]}]',
      '  state: [{input_name: a, output_name: b, data_type: FP32, dims: [2]}]',
    ],
    '6:26 sequence_batching.state[0].input_name: the input "a" has a control, and cannot be a state too',
  ],
  [
    [
      'sequence_batching: {state: [{input_name: a, output_name: b, data_type: FP32, dims: [-1, 2], initial_state: [{data_type: INT8, dims: [1, 3], zero_data: true}]}]}',
    ],
    '4:111 sequence_batching.state[0].initial_state[0]: its datatype is INT8, and that of the state is FP32',
    '4:111 sequence_batching.state[0].initial_state[0]: its dims are [1, 3], and those of the state are [-1, 2]',
  ],
  [
    [
      'sequence_batching: {state: [{input_name: a, output_name: b, data_type: FP32, dims: [2], initial_state: [{data_type: FP32, dims: [-1]}]}]}',
    ],
    '4:132 sequence_batching.state[0].initial_state[0].dims[0]: expected an integer from 0 to 2147483647, found -1',
  ],
  [
    [
      'sequence_batching: {state: [{input_name: a, output_name: b, data_type: FP32, dims: [2], initial_state: [{data_type: FP32, dims: [2], zero_data: true, data_file: f}]}]}',
    ],
    '4:107 sequence_batching.state[0].initial_state[0]: expected one of zero_data: true and data_file, found both',
  ],
  [
    [
      'sequence_batching: {state: [{input_name: a, output_name: b, data_type: FP32, dims: [2], initial_state: [{data_type: FP32, dims: [2]}]}]}',
    ],
    '4:107 sequence_batching.state[0].initial_state[0]: expected one of zero_data: true and data_file, found neither',
  ],
  [
    ['dynamic_batching: {}', 'sequence_batching: {}'],
    '5:22 sequence_batching: it cannot be used with dynamic_batching; expected one of them',
  ],
  [
    ['sequence_batching: {}', 'response_cache: {enable: true}'],
    '5:19 response_cache: answers within a sequence depend on earlier requests and cannot be kept',
  ],
  [['model_warmup: {}'], '4:17 model_warmup: expected a list, found a mapping'],
  [['model_warmup: [{name: w}]'], '4:18 model_warmup[0].inputs: missing key; expected a mapping'],
  [
    ['model_warmup: [{name: w, inputs: {x: {data_type: FP32, dims: [1]}}}]'],
    '4:40 model_warmup[0].inputs.x: expected one of zero_data: true, random_data: true and input_data_file, found none of them',
  ],
  [
    [
      'model_warmup: [{name: w, inputs: {x: {data_type: FP32, dims: [-1], zero_data: true, random_data: true}}}]',
    ],
    '4:65 model_warmup[0].inputs.x.dims[0]: expected an integer from 0 to 2147483647, found -1',
  ],
  [
    [
      'model_warmup: [{name: w, inputs: {x: {data_type: FP32, dims: [1], zero_data: true, random_data: true}}}]',
    ],
    '4:40 model_warmup[0].inputs.x: expected one of zero_data: true, random_data: true and input_data_file, found 2',
  ],
  [
    ['max_batch_size: 2', 'model_warmup: [{name: w, batch_size: 3, inputs: {}}]'],
    '5:40 model_warmup[0].batch_size: 3 is more than max_batch_size, which is 2',
  ],
  [
    ['max_batch_size: 0', 'model_warmup: [{name: w, batch_size: 2, inputs: {}}]'],
    '5:40 model_warmup[0].batch_size: 2 is more than max_batch_size, which is 0',
  ],
  [['response_cache: true'], '4:19 response_cache: expected a mapping with the key enable, found "true"'],
  [['response_cache: {}'], '4:19 response_cache.enable: missing key; expected true or false'],
  [['rate_limit: 5'], '4:15 rate_limit: expected a mapping with the key requests_per_second, found 5'],
  [
    ['rate_limit: {requests_per_second: 0, burst: 0}'],
    '4:37 rate_limit.requests_per_second: expected a number from 0.001 to 1000000, found 0',
    '4:47 rate_limit.burst: expected an integer from 1 to 1000000, found 0',
  ],
  [['platform: ensemble'], '4:13 platform: an ensemble needs ensemble_scheduling with its steps'],
  [
    ['inputs: [{name: x, shape: [1], batch_axis: 1}]'],
    '4:46 inputs[0].batch_axis: there is no axis 1 in a shape of 1, counted from 0',
  ],
  [
    ['inputs: [{name: x, batch_axis: 16, pad_value: nan}]'],
    '4:34 inputs[0].batch_axis: expected an integer from 0 to 15, found 16',
    '4:49 inputs[0].pad_value: expected a number from -3.4e+38 to 3.4e+38, found "nan"',
  ],
  [
    ['outputs: [{name: x, pad_value: 1}]'],
    '4:23 outputs[0].pad_value: unknown key. Allowed: name, datatype, shape, tags, description, batch_axis, label_filename',
  ],
];

for (const [lines, ...expected] of models) {
  test(`a model with ${lines.join(' / ')} is refused`, () => {
    assert.deepEqual(
      problemsOf({ files: { 'm.yaml': oneModel(lines) }, flags: { modelConfig: 'm.yaml' } }),
      expected.map(inModel),
    );
  });
}
