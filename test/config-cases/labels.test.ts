import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf, settingsOf } from './workbench.js';

const flags = { modelConfig: 'etc/m.yaml' };
const listOf = (output: string): string =>
  `model_config_list:\n- name: m\n  model: m.onnx\n  outputs: [${output}]\n`;
const withLabels = listOf('{name: y, label_filename: l.txt}');

function labelsIn(bytes: string | Uint8Array): readonly string[] | undefined {
  const { models, warnings } = settingsOf({ files: { 'etc/m.yaml': withLabels, 'etc/l.txt': bytes }, flags });
  assert.deepEqual(warnings, []);
  return models[0]?.outputs[0]?.labels;
}

const files: [bytes: string | Uint8Array, labels: string[]][] = [
  ['', []],
  ['cat\ndog\n', ['cat', 'dog']],
  ['cat\ndog', ['cat', 'dog']],
  ['cat\r\ndog\r\n', ['cat', 'dog']],
  ['cat\r\ndog', ['cat', 'dog']],
  ['\uFEFFKäse\n名\n', ['Käse', '名']],
  ['cat\n\ndog\n\n', ['cat', '', 'dog', '']],
  [' a cat:1 \n', [' a cat:1 ']],
];

for (const [bytes, labels] of files) {
  test(`${JSON.stringify(bytes)} is the labels ${JSON.stringify(labels)}`, () =>
    assert.deepEqual(labelsIn(bytes), labels));
}

const places: [title: string, files: Record<string, string>, label: string][] = [
  ['beside the list', { 'etc/l.txt': 'beside' }, 'beside'],
  ['in the working directory', { 'l.txt': 'below' }, 'below'],
  ['in both', { 'l.txt': 'below', 'etc/l.txt': 'beside' }, 'beside'],
];

for (const [title, labelFiles, label] of places) {
  test(`a file of labels ${title} is found`, () => {
    const [model] = settingsOf({ files: { 'etc/m.yaml': withLabels, ...labelFiles }, flags }).models;
    assert.deepEqual(model?.outputs, [
      { name: 'y', datatype: null, shape: null, description: null, labels: [label], labelFile: 'l.txt' },
    ]);
  });
}

const AT = 'etc/m.yaml:4:39: model_config_list[0].outputs[0].label_filename: l.txt';
const LIMIT = 16 * 1024 * 1024;

const faults: [title: string, files: Record<string, string | Uint8Array>, problem: string][] = [
  ['no file', {}, `${AT} cannot be read: there is no such file`],
  ['a folder', { 'etc/l.txt/x': '' }, `${AT} cannot be read: it is a directory`],
  ['a zero byte', { 'etc/l.txt': 'a\0b' }, `${AT} is not a text file (byte 1 is zero)`],
  ['no UTF-8', { 'etc/l.txt': Uint8Array.of(0xff) }, `${AT} is not a text file in UTF-8`],
  [
    'too many bytes',
    { 'etc/l.txt': new Uint8Array(LIMIT + 1).fill(10) },
    `${AT} is larger than ${LIMIT} bytes, too large for a file of labels`,
  ],
];

for (const [title, labelFiles, problem] of faults) {
  test(`labels: ${title} is a problem with its place`, () =>
    assert.deepEqual(problemsOf({ files: { 'etc/m.yaml': withLabels, ...labelFiles }, flags }), [problem]));
}

test('labels are said of outputs, in text', () => {
  const inputs = 'model_config_list: [{name: m, model: m.onnx, inputs: [{name: x, label_filename: l.txt}]}]';
  assert.deepEqual(problemsOf({ files: { 'etc/m.yaml': inputs }, flags }), [
    'etc/m.yaml:1:65: model_config_list[0].inputs[0].label_filename: unknown key. ' +
      'Allowed: name, datatype, shape, tags, description, batch_axis, pad_value',
  ]);
  assert.deepEqual(problemsOf({ files: { 'etc/m.yaml': listOf('{name: y, label_filename: []}') }, flags }), [
    'etc/m.yaml:4:39: model_config_list[0].outputs[0].label_filename: expected text, found a list',
  ]);
});
