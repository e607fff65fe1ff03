import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from './workbench.js';

const good = '{model_name: a, input_map: {x: IN}, output_map: {y: OUT}}';

/** An ensemble of these steps, and with these further lines, and the two models that it may be made of. */
const ensemble = (
  steps: readonly string[],
  lines: readonly string[] = [],
  more: readonly string[] = [],
): string =>
  `${[
    'model_config_list:',
    '- name: e',
    '  inputs: [{name: IN, datatype: FP32, shape: [1]}]',
    '  outputs: [{name: OUT, datatype: FP32, shape: [1]}]',
    ...lines.map((line) => `  ${line}`),
    '  ensemble_scheduling:',
    '    step:',
    ...steps.map((step) => `    - ${step}`),
    '- {name: a, model: a.onnx, version: 1}',
    '- {name: b, model: b.onnx}',
    ...more,
  ].join('\n')}\n`;

const ensembles: [text: string, ...expected: string[]][] = [
  [ensemble([good])],
  [
    ensemble([good]).replace('[{name: IN,', '[{name: more, datatype: FP32, shape: [1]}, {name: IN,'),
    'm.yaml:3:12: model_config_list[0].inputs[0]: no step takes the input "more"',
  ],
  [
    ensemble(
      [good],
      [
        'model: m.onnx',
        'device: cpu',
        'batch_size: 2',
        'worker_num: 1',
        'instance_group: [{}]',
        'engine: {}',
        'platform: npu',
        'max_queue_size: 2',
        'model_warmup: []',
        'allow_fallback: false',
        'compiler_config: {}',
        'response_cache: {enable: true}',
      ],
    ),
    'm.yaml:5:10: model_config_list[0].model: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:6:11: model_config_list[0].device: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:7:15: model_config_list[0].batch_size: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:8:15: model_config_list[0].worker_num: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:9:19: model_config_list[0].instance_group: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:10:11: model_config_list[0].engine: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:11:13: model_config_list[0].platform: expected ensemble, or nothing, for an ensemble, found "npu"',
    'm.yaml:12:19: model_config_list[0].max_queue_size: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:13:17: model_config_list[0].model_warmup: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:14:19: model_config_list[0].allow_fallback: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:15:20: model_config_list[0].compiler_config: an ensemble has none of its own; expected it at one of its models',
    'm.yaml:16:19: model_config_list[0].response_cache: an ensemble has none of its own; expected it at one of its models',
  ],
  [
    ensemble([good], ['dynamic_batching: true', 'sequence_batching: {}']),
    'm.yaml:6:22: model_config_list[0].sequence_batching: it cannot be used with dynamic_batching; expected one of them',
    'm.yaml:8:5: model_config_list[0].ensemble_scheduling: it cannot be used with dynamic_batching; expected one of them',
  ],
  [ensemble([good], ['dynamic_batching: false'])],
  [
    ensemble(['{model_name: aa, input_map: {x: IN}, output_map: {y: OUT}}']),
    'm.yaml:7:20: model_config_list[0].ensemble_scheduling.step[0].model_name: no model "aa" is configured; did you mean "a"?',
  ],
  [
    ensemble(['{model_name: a, model_version: 2, input_map: {x: IN}, output_map: {y: OUT}}']),
    'm.yaml:7:38: model_config_list[0].ensemble_scheduling.step[0].model_version: the model "a" has no version 2; configured: 1',
  ],
  [
    ensemble(
      ['{model_name: c, model_version: stable, input_map: {x: IN}, output_map: {y: OUT}}'],
      [],
      ['- {name: c, model: c.onnx, version: 1, version_labels: [stable]}'],
    ),
  ],
  [
    ensemble(
      ['{model_name: c, model_version: stabel, input_map: {x: IN}, output_map: {y: OUT}}'],
      [],
      ['- {name: c, model: c.onnx, version: 1, version_labels: [stable]}'],
    ),
    'm.yaml:7:38: model_config_list[0].ensemble_scheduling.step[0].model_version: the model "c" has no version "stabel"; configured: 1, "stable"',
  ],
  [
    ensemble(
      ['{model_name: e, model_version: stable, input_map: {x: IN}, output_map: {y: OUT}}'],
      ['version_labels: [stable]'],
    ),
    'm.yaml:8:38: model_config_list[0].ensemble_scheduling.step[0].model_version: an ensemble cannot be made of itself: e -> e',
  ],
  [
    ensemble(['{model_name: e, input_map: {x: IN}, output_map: {y: OUT}}']),
    'm.yaml:7:20: model_config_list[0].ensemble_scheduling.step[0].model_name: an ensemble cannot be made of itself: e -> e',
  ],
  [
    ensemble(['{model_name: a, input_map: {x: INN}, output_map: {y: OUT}}']),
    'm.yaml:3:12: model_config_list[0].inputs[0]: no step takes the input "IN"',
    'm.yaml:7:34: model_config_list[0].ensemble_scheduling.step[0].input_map: the tensor "INN" is no input of the ensemble, and no step makes it; did you mean "IN"?',
  ],
  [
    ensemble(['{model_name: a, input_map: {x: IN}, output_map: {y: OUTT}}']),
    'm.yaml:4:13: model_config_list[0].outputs[0]: no step makes the output "OUT"; did you mean "OUTT"?',
  ],
  [
    ensemble([good, '{model_name: b, input_map: {x: IN}, output_map: {y: OUT}}']),
    'm.yaml:8:55: model_config_list[0].ensemble_scheduling.step[1].output_map: the tensor "OUT" is made twice; expected one step to make it',
  ],
  [
    ensemble(['{model_name: a, input_map: {x: IN}, output_map: {y: OUT, z: OUT}}']),
    'm.yaml:7:55: model_config_list[0].ensemble_scheduling.step[0].output_map: the tensor "OUT" is made twice; expected one step to make it',
  ],
  [
    ensemble(['{model_name: a, input_map: {x: IN}, output_map: {y: OUT, z: IN}}']),
    'm.yaml:7:55: model_config_list[0].ensemble_scheduling.step[0].output_map: the tensor "IN" is an input of the ensemble already',
  ],
  [
    ensemble(['{model_name: a, input_map: {x: IN, x: IN}, output_map: {y: OUT}}']),
    'm.yaml:7:42: duplicate key "x", first in line 7',
  ],
  [
    ensemble(['{model_name: a, input_map: {}, output_map: {}}']),
    'm.yaml:3:12: model_config_list[0].inputs[0]: no step takes the input "IN"',
    'm.yaml:4:13: model_config_list[0].outputs[0]: no step makes the output "OUT"',
    'm.yaml:7:34: model_config_list[0].ensemble_scheduling.step[0].input_map: expected at least one tensor, found none',
    'm.yaml:7:50: model_config_list[0].ensemble_scheduling.step[0].output_map: expected at least one tensor, found none',
  ],
  [
    ensemble([
      '{model_name: a, input_map: {x: IN, w: t2}, output_map: {y: t1}}',
      '{model_name: b, input_map: {x: t1}, output_map: {y: t2, z: OUT}}',
    ]),
    'm.yaml:7:34: model_config_list[0].ensemble_scheduling.step[0].input_map: tensors wait for each other: "t2" <- "t1" <- "t2"',
  ],
  [
    ensemble(['{model_name: a, input_map: {x: IN, w: t}, output_map: {y: t, z: OUT}}']),
    'm.yaml:7:34: model_config_list[0].ensemble_scheduling.step[0].input_map: tensors wait for each other: "t" <- "t"',
  ],
  [
    ensemble(['{model_nam: a, input_map: {x: IN}, output_map: {y: OUT}}']),
    'm.yaml:7:7: model_config_list[0].ensemble_scheduling.step[0].model_name: missing key; expected a model name',
    'm.yaml:7:8: model_config_list[0].ensemble_scheduling.step[0].model_nam: unknown key; did you mean "model_name"? Allowed: model_name, model_version, input_map, output_map',
  ],
  [
    'model_config_list:\n- {name: e, ensemble_scheduling: {step: []}}\n- {name: f, ensemble_scheduling: {}}\n- {name: g, ensemble_scheduling: {step: [{model_name: h, input_map: {x: I}, output_map: {y: O}}]}}\n',
    'm.yaml:2:41: model_config_list[0].ensemble_scheduling.step: expected at least one step, found none',
    'm.yaml:3:34: model_config_list[1].ensemble_scheduling.step: missing key; expected a list',
    'm.yaml:4:3: model_config_list[2].inputs: an ensemble needs its inputs; expected a list of them',
    'm.yaml:4:3: model_config_list[2].outputs: an ensemble needs its outputs; expected a list of them',
  ],
  [
    'model_config_list:\n- name: e\n  inputs: [{name: IN}, {name: IN, shape: [1]}, {name: I2, datatype: FP32}]\n  outputs: [{name: OUT, datatype: FP32, shape: [1]}]\n  ensemble_scheduling: {step: [{model_name: a, input_map: {x: IN}, output_map: {y: OUT}}]}\n- {name: a, model: a}\n',
    'm.yaml:3:12: model_config_list[0].inputs[0]: missing datatype and shape; an ensemble has no file that says them',
    'm.yaml:3:24: model_config_list[0].inputs[1]: "IN" stands in inputs before; expected each name once',
    'm.yaml:3:24: model_config_list[0].inputs[1]: missing datatype; an ensemble has no file that says them',
    'm.yaml:3:48: model_config_list[0].inputs[2]: missing shape; an ensemble has no file that says them',
    'm.yaml:3:48: model_config_list[0].inputs[2]: no step takes the input "I2"',
  ],
  [
    ensemble(
      ['{model_name: f, input_map: {x: IN}, output_map: {y: OUT}}'],
      [],
      [
        '- name: f',
        '  inputs: [{name: IN, datatype: FP32, shape: [1]}]',
        '  outputs: [{name: OUT, datatype: FP32, shape: [1]}]',
        '  ensemble_scheduling: {step: [{model_name: e, input_map: {x: IN}, output_map: {y: OUT}}]}',
      ],
    ),
    'm.yaml:7:20: model_config_list[0].ensemble_scheduling.step[0].model_name: an ensemble cannot be made of itself: e -> f -> e',
  ],
  [
    ensemble(
      ['{model_name: c, input_map: {x: IN}, output_map: {y: OUT}}'],
      [],
      ['- {name: c, model: c, worker_num: 0}'],
    ),
    'm.yaml:10:35: model_config_list[3].worker_num: expected an integer from 1 to 256, found 0',
  ],
];

for (const [text, ...expected] of ensembles) {
  test(`an ensemble ${JSON.stringify(text)}`, () => {
    assert.deepEqual(problemsOf({ files: { 'm.yaml': text }, flags: { modelConfig: 'm.yaml' } }), expected);
  });
}

/** Ensembles that pass their input on: `x -> y` is one called x of a model y; `x` alone is a model. */
const ringsOf = (...arrows: string[]): readonly string[] => {
  const entries = arrows.map((arrow) => {
    const [name = '', step] = arrow.split(' -> ');
    const [model, version] = name.split(':');
    const identity = `name: ${model}, version: ${version ?? 1}`;
    if (step === undefined) return `- {${identity}, model: m}\n`;
    const [of, ofVersion] = step.split(':');
    const ends =
      'inputs: [{name: I, datatype: FP32, shape: [1]}], outputs: [{name: O, datatype: FP32, shape: [1]}]';
    const said = `model_name: ${of}${ofVersion === undefined ? '' : `, model_version: ${ofVersion}`}`;
    return `- {${identity}, ${ends}, ensemble_scheduling: {step: [{${said}, input_map: {x: I}, output_map: {y: O}}]}}\n`;
  });
  const files = { 'm.yaml': `model_config_list:\n${entries.join('')}` };
  return problemsOf({ files, flags: { modelConfig: 'm.yaml' } }).map((line) => line.split(': ').at(-1) ?? '');
};

const rings: [models: string[], ...chains: string[]][] = [
  [['a -> b', 'b -> c', 'c']],
  [['a -> a'], 'a -> a'],
  [['a -> b', 'b -> c', 'c -> a'], 'a -> b -> c -> a'],
  [['a -> b', 'b -> c', 'c -> b'], 'b -> c -> b'],
  [['a -> b', 'b -> a', 'c -> d', 'd -> c'], 'a -> b -> a', 'c -> d -> c'],
  [['a:1 -> a:2', 'a:2']],
  [['a:1 -> a', 'a:2'], 'a -> a'],
  [['a:1 -> b', 'a:2', 'b -> a:2']],
  [['a:1 -> b', 'a:2', 'b -> a:1'], 'a -> b -> a'],
];

for (const [models, ...chains] of rings) {
  test(`${models.join(', ')}: ${chains.join(', ') || 'no ring'}`, () =>
    assert.deepEqual(ringsOf(...models), chains));
}

test('an ensemble of a model that could not be read is not told to lack it', () => {
  const text = ensemble(['{model_name: c, input_map: {x: IN}, output_map: {y: OUT}}']);
  const lists = (c: string) => ({
    's.yaml': 'file_registry_config: {repository_root: lists}',
    'm.yaml': text,
    'lists/c.yaml': c,
  });
  const flags = { serverConfig: 's.yaml', modelConfig: 'm.yaml' };
  assert.deepEqual(problemsOf({ files: lists('model_config_list: [{name: c, model: c}]'), flags }), []);
  assert.match(problemsOf({ files: lists('model_config_list: ['), flags }).join(), /^lists\/c\.yaml:[^,]*$/);
});

test('an ensemble without its model is told beside faults elsewhere', () => {
  const files = { 'm.yaml': ensemble(['{model_name: c, input_map: {x: IN}, output_map: {y: OUT}}']) };
  const problems = problemsOf({ files, flags: { modelConfig: 'm.yaml', httpPort: -1 } });
  assert.deepEqual(
    problems.map((line) => line.split(':')[0]),
    ['--http-port', 'm.yaml'],
  );
});
