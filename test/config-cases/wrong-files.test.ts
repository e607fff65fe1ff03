import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, problemsOf } from './workbench.js';

const MODEL_KEYS =
  'name, model, path, version, platform, version_labels, traffic_weight, shadow_percent, version_policy, update_policy, description, npu_device, device, batch_size, max_batch_size, worker_num, ' +
  'instance_group, dynamic_batching, max_queue_size, max_queue_rows, max_queue_bytes, sequence_batching, ' +
  'ensemble_scheduling, model_warmup, response_cache, rate_limit, compiler_config, engine, strict, allow_fallback, isolation, run_timeout, load_timeout, versions, inputs, outputs';

const DATATYPES =
  'BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES';

/** Problems of a list of one model with these further lines; keys start at 3:3. */
const oneModel = (...lines: string[]): string =>
  `model_config_list:\n- name: m\n${['model: m.onnx', ...lines].map((line) => `  ${line}\n`).join('')}`;

const AT = 'm.yaml:4:';
const IN = 'model_config_list[0]';

const modelLists: [text: string, ...expected: string[]][] = [
  // The shape of the file.
  ['', 'm.yaml: expected a mapping with the key model_config_list, found nothing'],
  ['# only words\n', 'm.yaml: expected a mapping with the key model_config_list, found nothing'],
  ['just text', 'm.yaml:1:1: expected a mapping with the key model_config_list, found "just text"'],
  ['- name: m', 'm.yaml:1:1: expected a mapping with the key model_config_list, found a list'],
  ['{}', 'm.yaml:1:1: model_config_list: missing key; expected a list'],
  ['model_config_list:', 'm.yaml:1:19: model_config_list: no value; expected a list'],
  ['model_config_list: 3', 'm.yaml:1:20: model_config_list: expected a list, found 3'],
  [
    'model_config_lists: []',
    'm.yaml:1:1: model_config_lists: unknown key; did you mean "model_config_list"? Allowed: model_config_list',
    'm.yaml:1:1: model_config_list: missing key; expected a list',
  ],
  [
    'model_config_list:\n- \n- m\n',
    'm.yaml:2:3: model_config_list[0]: expected a mapping with the keys name and model, found nothing',
    'm.yaml:3:3: model_config_list[1]: expected a mapping with the keys name and model, found "m"',
  ],
  // Keys.
  [
    'model_config_list:\n- name: a\n  model: a\n- name: m\n  model: m\n\n  platfrom: npu\n',
    `m.yaml:7:3: model_config_list[1].platfrom: unknown key; did you mean "platform"? Allowed: ${MODEL_KEYS}`,
  ],
  [oneModel('q: 1'), `${AT}3: ${IN}.q: unknown key. Allowed: ${MODEL_KEYS}`],
  [oneModel('"a b": 1'), `${AT}3: ${IN}["a b"]: unknown key. Allowed: ${MODEL_KEYS}`],
  ['model_config_list:\n- model: m', `m.yaml:2:3: ${IN}.name: missing key; expected a model name`],
  [
    'model_config_list:\n- name: m',
    `m.yaml:2:3: ${IN}: missing key model; expected the path of a model file`,
  ],
  [oneModel('path: p'), `${AT}9: ${IN}.path: model and path mean the same; expected one of them`],
  [
    oneModel('npu_device: npu0', 'device: npu0'),
    `m.yaml:5:11: ${IN}.device: npu_device and device mean the same; expected one of them`,
  ],
  [oneModel('name: again'), `${AT}3: duplicate key "name", first in line 2`],
  // Names and versions.
  [
    'model_config_list: [{name: a/b, model: m}]',
    `m.yaml:1:28: ${IN}.name: the model name "a/b" may not contain "/", which separates parts of the URL`,
  ],
  ['model_config_list: [{name: "", model: m}]', `m.yaml:1:28: ${IN}.name: a model name may not be empty`],
  [
    'model_config_list: [{name: .., model: m}]',
    `m.yaml:1:28: ${IN}.name: the model name ".." would vanish from a URL path`,
  ],
  [
    'model_config_list: [{name: "a\\tb", model: m}]',
    `m.yaml:1:28: ${IN}.name: the model name "a\\tb" may not contain control characters`,
  ],
  [
    'model_config_list: [{name: "\\ud800", model: m}]',
    `m.yaml:1:28: ${IN}.name: the model name "\\ud800" is not valid Unicode and cannot stand in a URL`,
  ],
  [
    oneModel('version: a b'),
    `${AT}12: ${IN}.version: the version "a b" may only have the characters ` +
      "A-Z a-z 0-9 - . _ ~ ! $ & ' ( ) * + , ; = : @",
  ],
  [oneModel('version: [1]'), `${AT}12: ${IN}.version: expected a version, found a list`],
  [
    'model_config_list:\n- {name: m, model: a}\n- {name: n, model: b}\n- {name: m, model: c, version: default}\n',
    'm.yaml:4:3: model_config_list[2]: model "m" version "default" was given before, at ' +
      'm.yaml:2:3: model_config_list[0]',
  ],
  // Values.
  [
    oneModel('platform: gpu'),
    `${AT}13: ${IN}.platform: expected one of npu, cpu, cuda, ensemble, found "gpu"; did you mean "npu"?`,
  ],
  [
    oneModel('platform: openvino'),
    `${AT}13: ${IN}.platform: expected one of npu, cpu, cuda, ensemble, found "openvino"`,
  ],
  [oneModel('batch_size: 2.5'), `${AT}15: ${IN}.batch_size: expected an integer from 0 to 4096, found 2.5`],
  [oneModel('batch_size: -1'), `${AT}15: ${IN}.batch_size: expected an integer from 0 to 4096, found -1`],
  [oneModel('worker_num: 0'), `${AT}15: ${IN}.worker_num: expected an integer from 1 to 256, found 0`],
  [
    oneModel('worker_num: many'),
    `${AT}15: ${IN}.worker_num: expected an integer from 1 to 256, found "many"`,
  ],
  [oneModel('isolation: vm'), `${AT}14: ${IN}.isolation: expected one of thread, process, none, found "vm"`],
  [
    oneModel('run_timeout: 5'),
    `${AT}16: ${IN}.run_timeout: only a process can be ended in the middle of a run; expected isolation: process beside it`,
  ],
  [
    oneModel('run_timeout: 5', 'isolation: none'),
    `${AT}16: ${IN}.run_timeout: only a process can be ended in the middle of a run; expected isolation: process beside it`,
  ],
  [oneModel('strict: maybe'), `${AT}11: ${IN}.strict: expected true or false, found "maybe"`],
  [oneModel('description: {}'), `${AT}16: ${IN}.description: expected text, found a mapping`],
  [oneModel('versions: 1'), `${AT}13: ${IN}.versions: expected a list, found 1`],
  // Blocks.
  [
    oneModel('compiler_config: [1]'),
    `${AT}20: ${IN}.compiler_config: expected a mapping of compiler options, found a list`,
  ],
  [
    oneModel('compiler_config: {keep_unsignedness: 3, split_unit: x}'),
    `${AT}40: ${IN}.compiler_config.keep_unsignedness: expected true or false, found 3`,
    `${AT}55: ${IN}.compiler_config.split_unit: expected an integer from -2147483648 to 2147483647, found "x"`,
  ],
  [
    oneModel('compiler_config: {permute_input: [[0, 2, 1], [0, 2]]}'),
    `${AT}48: ${IN}.compiler_config.permute_input[1]: expected each of the axes 0 to 1 once, found [0,2]`,
  ],
  [
    oneModel('strict: true', 'compiler_config: {nonsense: 1}'),
    `m.yaml:5:21: ${IN}.compiler_config.nonsense: unknown compiler option`,
  ],
  [
    oneModel('engine: {threads: 0, execution_mode: sequental}'),
    `${AT}21: ${IN}.engine.threads: expected an integer from 1 to 1024, found 0`,
    `${AT}40: ${IN}.engine.execution_mode: expected one of sequential, parallel, found "sequental"; ` +
      'did you mean "sequential"?',
  ],
  [
    oneModel('inputs: [{name: x, datatype: FLOAT32}, {name: y, datatype: fp32}, {datatype: COMPLEX}]'),
    `${AT}32: ${IN}.inputs[0].datatype: expected one of ${DATATYPES}, found "FLOAT32"; did you mean "FP32"?`,
    `${AT}62: ${IN}.inputs[1].datatype: expected one of ${DATATYPES}, found "fp32"; did you mean "FP32"?`,
    `${AT}69: ${IN}.inputs[2].name: missing key; expected text`,
    `${AT}80: ${IN}.inputs[2].datatype: expected one of ${DATATYPES}, found "COMPLEX"`,
  ],
  [
    oneModel('outputs: [{name: x, shape: [1, -2]}]'),
    `${AT}34: ${IN}.outputs[0].shape[1]: expected an integer from -1 to 2147483647, found -2`,
  ],
  // YAML itself.
  ['a: b: c', 'm.yaml:1:4: not valid YAML: Nested mappings are not allowed in compact mappings'],
  ['model_config_list:\n\t- name: m\n', 'm.yaml:2:1: not valid YAML: Tabs are not allowed as indentation'],
  ['{"a": 1', 'm.yaml:1:8: not valid YAML: Flow map must end with a }'],
  ['a: 1\n---\nb: 2', 'm.yaml:2:1: a second YAML document begins here; expected one'],
  [
    'a: !!python/object:x {}',
    'm.yaml:1:4: not valid YAML: Unresolved tag: tag:yaml.org,2002:python/object:x',
  ],
  ['a: *nowhere', 'm.yaml:1:4: *nowhere names no anchor above it'],
  ['a: &x [*x]', 'm.yaml:1:8: *x contains itself'],
  ['a: {<<: 3}', 'm.yaml:1:9: << merges a mapping, or a list of mappings'],
  ['? [1]\n: 2', 'm.yaml:1:3: a key must be text'],
];

for (const [text, ...expected] of modelLists) {
  test(`a model list ${JSON.stringify(text)}`, () => {
    assert.deepEqual(problemsOf({ files: { 'm.yaml': text }, flags: { modelConfig: 'm.yaml' } }), expected);
  });
}

test('a bad selector is told at its place, in the words of whoever reads selectors', () => {
  for (const key of ['npu_device', 'device']) {
    const files = { 'm.yaml': oneModel(`${key}: "???"`) };
    const problems = problemsOf({ files, flags: { modelConfig: 'm.yaml' } });
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? '',
      new RegExp(`^m.yaml:4:${key.length + 5}: ${IN.replace(/[[\]]/g, '\\$&')}.${key}: .{10}`),
    );
  }
});

const serverFiles: [text: string, ...expected: string[]][] = [
  ['[]', 's.yaml:1:1: expected a mapping of server options, found a list'],
  [
    'rest_server_config: {prot: 1}',
    's.yaml:1:22: rest_server_config.prot: unknown key; did you mean "port"? Allowed: host, port, workers, debug',
  ],
  [
    'rest_server_config: {port: 65536, host: ""}',
    's.yaml:1:28: rest_server_config.port: expected an integer from 0 to 65535, found 65536',
    's.yaml:1:41: rest_server_config.host: expected text, found an empty one',
  ],
  [
    'initial_model_autoload: true\nintial_model_autoload: false\n',
    's.yaml:2:24: intial_model_autoload: false contradicts initial_model_autoload: true; expected one of them',
  ],
  [
    'devices: {simulate: warboy*65}',
    's.yaml:1:21: devices.simulate: expected auto, never or warboy*N with N from 1 to 64, found "warboy*65"',
  ],
  [
    'log: {level: WARM}',
    's.yaml:1:14: log.level: expected one of ERROR, WARN, INFO, DEBUG, TRACE, found "WARM"; did you mean "WARN"?',
  ],
  [
    'grpc_server_config: {port: -1}',
    's.yaml:1:28: grpc_server_config.port: expected an integer from 0 to 65535, found -1',
  ],
  [
    'drain_delay_seconds: 1h',
    's.yaml:1:22: drain_delay_seconds: expected a number from 0 to 3600, found "1h"',
  ],
  [
    'file_registry_config: {repository_root: none}',
    's.yaml:1:41: file_registry_config.repository_root: the folder none cannot be read: there is no such file',
  ],
];

for (const [text, ...expected] of serverFiles) {
  test(`a server file ${JSON.stringify(text)}`, () => {
    const flags = { serverConfig: 's.yaml', modelPath: 'm.onnx', modelName: 'm' };
    assert.deepEqual(problemsOf({ files: { 's.yaml': text }, flags }), expected);
  });
}

const unreadable: [title: string, bench: Bench, expected: string][] = [
  ['that is not there', {}, '--model-config: m.yaml cannot be read: there is no such file'],
  [
    'that is a directory',
    { files: { 'm.yaml/x': '' } },
    '--model-config: m.yaml cannot be read: it is a directory',
  ],
  [
    'that is binary',
    { files: { 'm.yaml': new Uint8Array([97, 58, 0]) } },
    '--model-config: m.yaml is not a text file (byte 2 is zero)',
  ],
  [
    'that is a model',
    { files: { 'm.tflite': new Uint8Array([28, 0, 0]) }, flags: { modelConfig: 'm.tflite' } },
    '--model-config: m.tflite is not a text file (byte 1 is zero); a model is named by --model-path',
  ],
  [
    'in Latin-1',
    { files: { 'm.yaml': new Uint8Array([0xe9]) } },
    '--model-config: m.yaml is not a text file in UTF-8',
  ],
  [
    'of 10 MB',
    { files: { 'm.yaml': ' '.repeat(10_000_000) } },
    '--model-config: m.yaml is larger than 1048576 bytes, too large for a configuration',
  ],
  [
    'named by a variable',
    { flags: { modelConfig: undefined }, env: { FURIOSA_SERVER_MODEL_CONFIG: 'gone.yaml' } },
    'FURIOSA_SERVER_MODEL_CONFIG: gone.yaml cannot be read: there is no such file',
  ],
];

for (const [title, bench, expected] of unreadable) {
  test(`a file ${title}`, () => {
    assert.deepEqual(problemsOf({ ...bench, flags: { modelConfig: 'm.yaml', ...bench.flags } }), [expected]);
  });
}

test('all problems of both files, the flags and the environment are told at once', () => {
  const files = { 's.yaml': 'strict: 1\nq: 1\n', 'm.yaml': oneModel('worker_num: 0', 'batch_size: x') };
  const problems = problemsOf({
    files,
    flags: { serverConfig: 's.yaml', modelConfig: 'm.yaml', httpPort: -1 },
    env: { FURIOSA_SERVER_LOG_LEVEL: 'loud' },
  });
  assert.deepEqual(
    problems.map((line) => line.split(': ')[0]),
    ['FURIOSA_SERVER_LOG_LEVEL', '--http-port', 's.yaml:1:9', 's.yaml:2:1', 'm.yaml:4:15', 'm.yaml:5:15'],
  );
});

test('the same model in a list and in a registry names both places', () => {
  const files = {
    's.yaml': 'file_registry_config: {repository_root: lists}',
    'lists/a.yaml': oneModel(),
    'm.yaml': oneModel(),
  };
  assert.deepEqual(problemsOf({ files, flags: { serverConfig: 's.yaml', modelConfig: 'm.yaml' } }), [
    'lists/a.yaml:2:3: model_config_list[0]: model "m" version "default" was given before, at ' +
      'm.yaml:2:3: model_config_list[0]',
  ]);
});

test('a broken model list in a registry is a problem, not somebody else’s file', () => {
  const files = {
    's.yaml': 'file_registry_config: {repository_root: .}',
    'a.yaml': 'model_config_list:\n- name: [\n',
  };
  const problems = problemsOf({ files, flags: { serverConfig: 's.yaml' } });
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^a\.yaml:\d+:\d+: not valid YAML: /);
});

test('a hundred problems are enough', () => {
  const text = `model_config_list: [${Array(300).fill('{}').join(', ')}]`;
  const problems = problemsOf({ files: { 'm.yaml': text }, flags: { modelConfig: 'm.yaml' } });
  assert.equal(problems.length, 101);
  assert.equal(problems.at(-1), '200 more problems');
});
