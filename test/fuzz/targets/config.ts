import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readDocument } from '#config/document.js';
import { modelList } from '#config/model-entry.js';
import { ConfigError, type Problem } from '#config/problem.js';
import { Report } from '#config/report.js';
import { serverFile } from '#config/server-file.js';
import { readTritonConfig, readTritonConfigJson } from '#config/triton/read-triton-config.js';
import { type FuzzTarget, textOf, textSeeds, utf8 } from '../target.js';

const PBTXT = [
  'name: "m"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\ninput [ { name: "x" data_type: TYPE_FP32 dims: [ -1, 4 ] } ]\noutput { name: "y" data_type: TYPE_INT64 dims: 1 }\n',
  'dynamic_batching { preferred_batch_size: [4, 8] max_queue_delay_microseconds: 100 priority_levels: 2 default_priority_level: 1 priority_queue_policy { key: 1 value { timeout_action: REJECT } } }',
  'instance_group [ { count: 2 kind: KIND_CPU } ] parameters: { key: "a" value: { string_value: "b\\n\\x41\\101" } }',
  'ensemble_scheduling < step < model_name: "a" model_version: -1 input_map { key: "x" value: "y" } >; > # comment',
  'version_policy: { specific { versions: [1, 3] } } optimization { graph { level: 1 } } model_warmup { name: "w" batch_size: 1 inputs { key: "x" value { data_type: TYPE_FP32 dims: 4 zero_data: true } } }',
  'sequence_batching { max_sequence_idle_microseconds: 5000000 direct {} control_input [ { name: "START" control [ { kind: CONTROL_SEQUENCE_START fp32_false_true: [0, 1] } ] } ] }',
] as const;

const PBTXT_WORDS = [
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  ':',
  ',',
  ';',
  '"',
  "'",
  '\\x',
  '\\777',
  '#',
  'name',
  'input',
  'dims',
  'data_type',
  'TYPE_FP32',
  'key',
  'value',
  'true',
  'inf',
  '0x',
  '1e9',
  '-',
  'max_batch_size',
  'dynamic_batching',
  'parameters',
  'version_policy',
  'ensemble_scheduling',
];

export const configPbtxt: FuzzTarget = {
  name: 'config-pbtxt',
  about: 'A `config.pbtxt`. A model, or problems whose lines and columns are in the text',
  seeds: textSeeds(...PBTXT),
  words: PBTXT_WORDS,
  made: fc
    .array(fc.oneof(fc.constantFrom(...PBTXT_WORDS), fc.string()), { maxLength: 40 })
    .map((words) => utf8(words.join(' '))),
  cost: 2,
  run: (input) => read(textOf(input), (text, report) => readTritonConfig(text, 'config.pbtxt', report)),
};

export const configJson: FuzzTarget = {
  name: 'config-json',
  about: 'A `ModelConfig` in JSON, as the parameter `config` of a load has it. The same',
  seeds: textSeeds(
    '{"name":"m","backend":"onnxruntime","max_batch_size":8,"input":[{"name":"x","data_type":"TYPE_FP32","dims":["-1",4]}]}',
    '{"maxBatchSize":1,"parameters":{"a":{"string_value":"b"}},"instanceGroup":[{"kind":1,"count":2}],"versionPolicy":{"latest":{"numVersions":1}}}',
  ),
  words: [
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '"name":',
    '"input":[',
    '"dims":',
    '"parameters":{',
    '"key":',
    'null',
    '"TYPE_FP32"',
    '1e400',
    '"versionPolicy":{',
  ],
  made: fc.json({ maxDepth: 4 }).map(utf8),
  cost: 12,
  run: (input) => read(textOf(input), (text, report) => readTritonConfigJson(text, 'config', report)),
};

const YAML_WORDS = [
  '\n',
  '\n  ',
  '- ',
  ': ',
  '&a ',
  '*a',
  '<<: ',
  '[',
  ']',
  '{',
  '}',
  '|',
  '>',
  '"',
  "'",
  '#',
  '---',
  '!!int ',
  '? ',
  'model_config_list',
  'name',
  'model',
  'path',
  'version',
  'npu_device',
  'batching',
  '0x1F',
  '1e3',
  '~',
  'true',
];

export const modelListYaml: FuzzTarget = {
  name: 'model-list-yaml',
  about: 'A model list in YAML. Models, or problems whose lines and columns are in the text',
  seeds: textSeeds(
    'model_config_list:\n  - name: mnist\n    model: mnist.onnx\n    version: 1\n    platform: cpu\n    npu_device: cpu(1)*1\n    batch_size: 4\n',
    'defaults: &d\n  platform: cpu\nmodel_config_list:\n- <<: *d\n  name: "é"\n  path: a b.tflite\n  compiler_config: {permute_input: [[0,3,1,2]]}\n  dynamic_batching: {max_queue_delay_microseconds: 5}\n',
    'model_config_list: [{name: a, path: x, description: |\n  text\n }]',
  ),
  words: YAML_WORDS,
  made: fc
    .array(fc.oneof(fc.constantFrom(...YAML_WORDS), fc.string()), { maxLength: 40 })
    .map((words) => utf8(words.join(''))),
  cost: 12,
  run: (input) =>
    read(textOf(input), (text, report) => {
      const spot = readDocument(text, 'models.yaml', report);
      return spot && (modelList.read(spot, report) ?? null);
    }),
};

export const serverYaml: FuzzTarget = {
  name: 'server-yaml',
  about: 'A server file in YAML. The same',
  seeds: textSeeds(
    'SERVER_NAME: a\nHTTP_PORT: 8080\n',
    'server:\n  name: furiosa\nrest:\n  port: 80\ntrace_config: [ [rate, 5] ]\nmodel_control_mode: poll\n',
  ),
  words: [
    ...YAML_WORDS,
    'server_name',
    'http_port',
    'grpc_port',
    'cache',
    'redis',
    'trace',
    'repository',
    'registry',
    'log',
    'metrics',
    'isolation',
  ],
  cost: 10,
  run: (input) =>
    read(textOf(input), (text, report) => {
      const spot = readDocument(text, 'server.yaml', report);
      return spot && (serverFile.read(spot, report) ?? null);
    }),
};

/** A value without problems, or problems that are somewhere. */
function read(text: string, reader: (text: string, report: Report) => unknown): string {
  const report = new Report();
  const value = reader(text, report);
  const { problems, warnings } = report;
  const lines = text.split(/\r\n|[\r\n]/).length;
  for (const problem of problems) checkPlace(problem, lines);
  if (problems.length > 0) throw new ConfigError(problems);
  assert.ok(value !== null && value !== undefined, 'neither a value nor a problem');
  return warnings.length > 0 ? 'with warnings' : 'whole';
}

function checkPlace({ line, column, message }: Problem, lines: number): void {
  assert.ok(line === null || (line >= 1 && line <= lines), `line ${line} of ${lines}: ${message}`);
  assert.ok(column === null || column >= 1, `column ${column}: ${message}`);
}
