import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from '#config/problem.js';
import { inFolder, load, TWO_MODELS } from './workbench.js';

const SERVER = `server_name: s
initial_model_autoload: true
rest_server_config: &rest {host: 127.0.0.1, port: 8080, workers: 1, debug: false}
grpc_server_config: {host: 0.0.0.0}
devices: {simulate: auto}
limits: {max_queue_size: 10}
response_cache: {redis: {host: a cache}}
`;

const MODELS = `${TWO_MODELS}  - &more
    name: more
    model: m.onnx
    engine: {threads: 1, free_dimension_overrides: {batch: 1}}
    inputs: [{name: x, datatype: FP32, shape: [1, -1]}]
  - <<: *more
    name: most
    max_batch_size: 8
    dynamic_batching: {preferred_batch_size: [4], allowed_batch_sizes: [4, 8], priority_levels: 2, default_priority_level: 1}
    instance_group: [{count: 2, kind: KIND_CPU}]
    model_warmup: [{name: w, batch_size: 2, inputs: {x: {data_type: TYPE_FP32, dims: [1], zero_data: true}}}]
  - name: sequences
    model: m.onnx
    sequence_batching:
      control_input: [{name: s, control: [{kind: CONTROL_SEQUENCE_START, int32_false_true: [0, 1]}]}]
      oldest: {max_candidate_sequences: 2}
      state: [{input_name: i, output_name: o, data_type: FP32, dims: [1]}]
  - name: ensemble
    inputs: [{name: I, datatype: FP32, shape: [1]}]
    outputs: [{name: O, datatype: FP32, shape: [1]}]
    ensemble_scheduling:
      step: [{model_name: mnist, input_map: {x: I}, output_map: {y: O}}]
`;

/** What a slip of the hand, or malice, puts into a file. */
const SCRAPS = [
  ...'[]{}:,-?*&!|>\'"%@`#~ \t\n\r\\/0aé\u{1f600}\u0007\ufeff',
  '\n---\n',
  '<<: *more',
  '*more',
  '&more',
  '!!binary ',
  '!!int ',
  ': ',
  '- ',
  'null',
  '__proto__: 1\n',
  'constructor: x\n',
  '.nan',
  '1e999',
  '\\ud800',
  '[[[[[[[[',
];

/** Marsaglia's xorshift: the same numbers every time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutate(text: string, random: (below: number) => number): string {
  let mutated = text;
  for (let i = random(3); i >= 0; i--) {
    const at = random(mutated.length + 1);
    const length = random(3) === 0 ? random(40) : 1;
    const scrap = SCRAPS[random(SCRAPS.length)] ?? '';
    const piece = [scrap, '', mutated.slice(at, at + length).repeat(2)][random(3)] ?? '';
    const from = piece === scrap && random(2) === 0 ? at : at + length;
    mutated = mutated.slice(0, at) + piece + mutated.slice(from);
  }
  return mutated;
}

for (const [name, text, flags] of [
  ['model list', MODELS, { modelConfig: 'f.yaml' }],
  ['server file', SERVER, { serverConfig: 'f.yaml', modelPath: 'm', modelName: 'm' }],
] as const) {
  test(`a thousand mutations of a ${name} are read or refused, with a place`, () => {
    const random = randomOf(0x5eed);
    let refused = 0;
    inFolder({ files: { 'f.yaml': text } }, (cwd) => {
      assert.ok(load({ flags }, cwd), 'the file is good as it stands');
      for (let i = 0; i < 1000; i++) {
        const mutated = mutate(text, random);
        writeFileSync(join(cwd, 'f.yaml'), mutated);
        try {
          load({ flags }, cwd);
        } catch (error) {
          assert.ok(error instanceof ConfigError, `${error}\n${mutated}`);
          refused++;
          for (const { file, line, column, message } of error.problems) {
            assert.ok(message.length > 0 && message.length < 2000, mutated);
            if (file === null || line === null) continue;
            assert.ok(line >= 1 && line <= mutated.split('\n').length, `${line}\n${mutated}`);
            assert.ok((column ?? 0) >= 1, mutated);
          }
        }
      }
    });
    // Both ways are taken often, or the mutations prove nothing.
    assert.ok(refused > 200 && refused < 950, `${refused} refused`);
  });
}
