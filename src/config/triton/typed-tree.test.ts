import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from '#config/document.js';
import type { ConfigNode } from '#config/node.js';
import { filePlace, formatProblem } from '#config/problem.js';
import { Report } from '#config/report.js';
import { MODEL_CONFIG } from './message-type.js';
import { parseTextFormat } from './text-syntax.js';
import { typedJson } from './typed-json.js';
import { typedText } from './typed-text.js';
import { withoutZeros } from './without-zeros.js';

type Read = {
  readonly tree: unknown;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
};

const place = { ...filePlace('f'), line: 1, column: 1 };

function ofText(text: string): Read {
  const report = new Report();
  return result(typedText(parseTextFormat(text), MODEL_CONFIG, place, report), report);
}

function ofJson(text: string): Read {
  const report = new Report();
  const document = readDocument(text, 'f', report);
  assert.ok(document !== null);
  return result(typedJson(document.node, MODEL_CONFIG, document.place, report), report);
}

function result(node: ConfigNode | null, report: Report): Read {
  return {
    tree: node && plain(node),
    problems: report.problems.map((problem) => formatProblem(problem).replace(/^f:/, '')),
    warnings: report.warnings.map((warning) => warning.replace(/^f:/, '')),
  };
}

function plain(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'null':
      return null;
    case 'scalar':
      return node.text;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
  }
}

const trees: [text: string, json: string, tree: unknown][] = [
  ['', '{}', {}],
  ['name: "m" max_batch_size: 0x8', '{"name": "m", "maxBatchSize": "8"}', { name: 'm', max_batch_size: '8' }],
  [
    'input { name: "a" dims: 1 dims: [2, 3] dims: -1 } input: [{ name: "b" }, < data_type: 11 >]',
    '{"input": [{"name": "a", "dims": [1, "2", 3, -1]}, {"name": "b"}, {"dataType": "TYPE_FP32"}]}',
    { input: [{ name: 'a', dims: ['1', '2', '3', '-1'] }, { name: 'b' }, { data_type: 'TYPE_FP32' }] },
  ],
  ['input []', '{"input": []}', { input: [] }],
  [
    'response_cache { enable: t } dynamic_batching {}',
    '{"response_cache": {"enable": true}, "dynamic_batching": {}}',
    { response_cache: { enable: 'true' }, dynamic_batching: {} },
  ],
  [
    'parameters { key: "a" value: { string_value: "1" } } parameters [{ value < > key: "b" }, {}]',
    '{"parameters": {"a": {"stringValue": "1"}, "b": {}, "": {}}}',
    { parameters: { a: { string_value: '1' }, b: {}, '': {} } },
  ],
  [
    'dynamic_batching { priority_queue_policy { key: 0x2 value { timeout_action: DELAY } } }',
    '{"dynamicBatching": {"priorityQueuePolicy": {"2": {"timeoutAction": "delay"}}}}',
    { dynamic_batching: { priority_queue_policy: { '2': { timeout_action: 'DELAY' } } } },
  ],
  [
    'metric_tags { key: "__proto__" }',
    '{"metricTags": {"__proto__": ""}}',
    { metric_tags: { ['__proto__']: '' } },
  ],
  ['', '{"name": null, "input": null}', {}],
  [
    'model_warmup { inputs { key: "x" value { zero_data: false } } }',
    '{"modelWarmup": [{"inputs": {"x": {"zeroData": false}}}]}',
    { model_warmup: [{ inputs: { x: { zero_data: 'false' } } }] },
  ],
];

for (const [text, json, tree] of trees) {
  test(`"${text}" and ${json} say the same`, () => {
    const nothing = { problems: [], warnings: [] };
    assert.deepEqual(ofText(text), { tree, ...nothing });
    assert.deepEqual(ofJson(json), { tree, ...nothing });
  });
}

const wrongTexts: [text: string, ...problems: string[]][] = [
  [
    'nam: "m"',
    `1:1: nam: unknown key; did you mean "name"? Allowed: ${[...MODEL_CONFIG.fields.keys()].join(', ')}`,
  ],
  [
    'version_policy {\n latest { num_version: 1 } }',
    '2:11: version_policy.latest.num_version: unknown key; did you mean "num_versions"? Allowed: num_versions',
  ],
  ['name: "a"\nname: "b"', '2:1: name: name stands in line 1 already; expected it once'],
  [
    'optimization {} optimization {}',
    '1:17: optimization: optimization stands in line 1 already; expected it once',
  ],
  [
    'dynamic_batching {}\nsequence_batching {}',
    '2:1: sequence_batching: it cannot be used with dynamic_batching in line 1; expected one of them',
  ],
  ['name: m', '1:7: name: expected a text in quotation marks, found "m"'],
  ['name: [ "m" ]', '1:7: name: expected a text in quotation marks, found a list'],
  ['name { }', '1:6: name: expected a text in quotation marks, found a message'],
  ['input: "x"', '1:8: input[0]: expected a message in { }, found "x"'],
  [
    'input [{}, { dims: [1, "2"] }]',
    '1:24: input[1].dims[1]: expected an integer from -9223372036854775808 to 9223372036854775807, found the text "2"',
  ],
  [
    'max_batch_size: 1.5',
    '1:17: max_batch_size: expected an integer from -2147483648 to 2147483647, found 1.5',
  ],
  [
    'instance_group { kind: KIND_CPUS }',
    '1:24: instance_group[0].kind: expected one of KIND_AUTO, KIND_GPU, KIND_CPU, KIND_MODEL, found "KIND_CPUS"; did you mean "KIND_CPU"?',
  ],
  ['response_cache { enable: yes }', '1:26: response_cache.enable: expected true or false, found "yes"'],
  ['metric_tags { key: 1 }', '1:20: metric_tags[0].key: expected a text in quotation marks, found 1'],
  [
    'metric_tags { keys: "x" }',
    '1:15: metric_tags[0].keys: unknown key; did you mean "key"? Allowed: key, value',
  ],
  ['metric_tags: "x"', '1:14: metric_tags[0]: expected a message in { }, found "x"'],
  [
    'nme: 1\nbackend: 2\nruntime: x',
    `1:1: nme: unknown key; did you mean "name"? Allowed: ${[...MODEL_CONFIG.fields.keys()].join(', ')}`,
    '2:10: backend: expected a text in quotation marks, found 2',
    '3:10: runtime: expected a text in quotation marks, found "x"',
  ],
];

for (const [text, ...problems] of wrongTexts) {
  test(`${JSON.stringify(text)} is not ModelConfig`, () => assert.deepEqual(ofText(text).problems, problems));
}

const wrongJsons: [json: string, ...problems: string[]][] = [
  ['[]', '1:1: expected an object, found a list'],
  ['"x"', '1:1: expected an object, found "x"'],
  [
    '{"nam": 1}',
    `1:2: nam: unknown key; did you mean "name"? Allowed: ${[...MODEL_CONFIG.fields.keys()].join(', ')}`,
  ],
  [
    '{"max_batch_size": 1,\n "maxBatchSize": 2}',
    '2:2: maxBatchSize: max_batch_size is given twice; expected it once',
  ],
  [
    '{"dynamicBatching": {}, "sequence_batching": {}}',
    '1:25: sequence_batching: it cannot be used with dynamic_batching; expected one of them',
  ],
  ['{"input": {}}', '1:11: input: expected a list, found a mapping'],
  ['{"input": [1]}', '1:12: input[0]: expected an object, found 1'],
  ['{"input": [null]}', '1:12: input[0]: expected an object, found nothing'],
  ['{"name": []}', '1:10: name: expected a text in quotation marks, found a list'],
  [
    '{"max_batch_size": "x"}',
    '1:20: max_batch_size: expected an integer from -2147483648 to 2147483647, found "x"',
  ],
  ['{"parameters": []}', '1:16: parameters: expected an object, found a list'],
  [
    '{"dynamic_batching": {"priority_queue_policy": {"x": {}}}}',
    '1:49: dynamic_batching.priority_queue_policy.x: expected an integer from 0 to 18446744073709551615, found "x"',
  ],
];

for (const [json, ...problems] of wrongJsons) {
  test(`${json} is not ModelConfig`, () => assert.deepEqual(ofJson(json).problems, problems));
}

test('a key of a map that is there twice is warned of, and the last counts', () => {
  const text = 'metric_tags { key: "a" value: "1" }\nmetric_tags { key: "a" value: "2" }';
  assert.deepEqual(ofText(text), {
    tree: { metric_tags: { a: '2' } },
    problems: [],
    warnings: ['2:20: metric_tags: "a" stands in line 1 already; the last one counts'],
  });
});

test('what protobuf cannot tell from nothing is left out', () => {
  const text = `name: "" max_batch_size: 0 input [] parameters [] instance_group { count: 0 kind: KIND_AUTO passive: false gpus: 0 }
    version_policy { latest { num_versions: 0 } }
    sequence_batching { control_input { control { kind: CONTROL_SEQUENCE_START data_type: TYPE_INVALID fp32_false_true: [0, 1] } }
      direct { minimum_slot_utilization: 0.0 } }
    model_warmup { inputs { key: "" value { zero_data: false dims: 0 } } }`;
  const read = typedText(parseTextFormat(text), MODEL_CONFIG, place, new Report());
  assert.deepEqual(plain(withoutZeros(read, MODEL_CONFIG)), {
    instance_group: [{ gpus: ['0'] }],
    version_policy: { latest: {} },
    sequence_batching: {
      control_input: [{ control: [{ kind: 'CONTROL_SEQUENCE_START', fp32_false_true: ['0', '1'] }] }],
      direct: {},
    },
    model_warmup: [{ inputs: { '': { zero_data: 'false', dims: ['0'] } } }],
  });
});
