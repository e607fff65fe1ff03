import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorSpec } from '#inference/metadata.js';
import type { DataType } from '#tensor/datatype.js';
import { type EnsembleDraft, planEnsemble, type StepModel } from './ensemble-graph.js';
import { neededFor } from './ensemble-order.js';
import type { EnsembleStep } from './ensemble-steps.js';
import type { TensorClaim } from './offer.js';

/** `x FP32 -1,4` */
function spec(text: string): TensorSpec {
  const [name = '', datatype = '', axes = ''] = text.split(' ');
  return { name, datatype: datatype as DataType, shape: axes.split(',').map(Number) };
}

function claim(text: string): TensorClaim {
  return { ...spec(text), description: null };
}

/** `x FP32 -1,4 > y FP32 -1,3` */
function model(text: string, maxBatchSize = 0, splitsLarge = false): StepModel {
  const [inputs = '', outputs = ''] = text.split(' > ');
  const specs = (part: string): TensorSpec[] => part.split('; ').map(spec);
  return { inputs: specs(inputs), outputs: specs(outputs), maxBatchSize, splitsLarge };
}

/** `b: x=t > y=u` */
function step(text: string): EnsembleStep {
  const [name = '', maps = ''] = text.split(': ');
  const [inputs = '', outputs = ''] = maps.split(' > ');
  const map = (part: string): Record<string, string> =>
    Object.fromEntries(part === '' ? [] : part.split(' ').map((pair) => pair.split('=')));
  return { model: { name, version: null }, inputs: map(inputs), outputs: map(outputs) };
}

function draft(parts: Partial<EnsembleDraft>): EnsembleDraft {
  const chain = [step('a: x=in > y=t'), step('b: x=t > y=out')];
  return {
    name: 'e',
    maxBatchSize: null,
    inputs: [claim('in FP32 -1,4')],
    outputs: [claim('out FP32 -1,4')],
    steps: chain,
    ...parts,
  };
}

const SAME = model('x FP32 -1,4 > y FP32 -1,4', 8);
const CAST = model('x FP32 -1,4 > y INT64 -1,4', 8);
const ADD = model('l FP32 -1,4; r FP32 -1,4 > y FP32 -1,4', 8);
const FORK = model('x FP32 -1,4 > y FP32 -1,4; z FP32 -1,4', 8);

test('a chain listed backwards runs forwards', () => {
  const steps = [step('b: x=t > y=out'), step('a: x=in > y=t')];
  const plan = planEnsemble(draft({ steps }), [SAME, SAME]);
  assert.deepEqual(
    plan.steps.map(({ at, where, after }) => [at, where, after]),
    [
      [1, "ensemble 'e', step[1] (model 'a')", []],
      [0, "ensemble 'e', step[0] (model 'b')", [1]],
    ],
  );
});

test('inputs and outputs of steps are in the order of the model', () => {
  const steps = [step('f: x=in > z=u y=t'), step('s: r=u l=t > y=out')];
  const plan = planEnsemble(draft({ steps }), [FORK, ADD]);
  assert.deepEqual(plan.steps[0]?.outputs, [
    { port: 'y', tensor: 't' },
    { port: 'z', tensor: 'u' },
  ]);
  assert.deepEqual(plan.steps[1]?.inputs, [
    { port: 'l', tensor: 't' },
    { port: 'r', tensor: 'u' },
  ]);
});

const good: [what: string, parts: Partial<EnsembleDraft>, models: readonly StepModel[]][] = [
  ['a diamond', { steps: [step('f: x=in > y=t z=u'), step('s: l=t r=u > y=out')] }, [FORK, ADD]],
  ['one tensor for two inputs', { steps: [step('s: l=in r=in > y=out')] }, [ADD]],
  [
    'an output that a step takes too',
    {
      outputs: [claim('t FP32 -1,4'), claim('out FP32 -1,4')],
    },
    [SAME, SAME],
  ],
  ['an output without a name', { steps: [step('f: x=in > y=out')] }, [FORK]],
  [
    'open axes beside closed ones',
    {},
    [model('x FP32 -1,-1 > y FP32 -1,-1', 8), model('x FP32 2,4 > y FP32 2,-1')],
  ],
  ['the same model twice', { steps: [step('a: x=in > y=t'), step('a: x=t > y=out')] }, [SAME, SAME]],
  [
    'names that every object has',
    {
      inputs: [claim('constructor FP32 -1,4')],
      steps: [step('a: toString=constructor > valueOf=out')],
    },
    [model('toString FP32 -1,4 > valueOf FP32 -1,4', 8)],
  ],
];

for (const [what, parts, models] of good) {
  test(`${what}: fits`, () => {
    assert.equal(planEnsemble(draft(parts), models).steps.length, models.length);
  });
}

const bad: [what: string, parts: Partial<EnsembleDraft>, models: readonly StepModel[], sentence: string][] = [
  [
    'datatypes differ',
    {},
    [CAST, SAME],
    "ensemble 'e', step[1] (model 'b'): input 'x' is FP32, but tensor 't' is INT64 as step[0] makes it",
  ],
  [
    "an input's datatype differs",
    { inputs: [claim('in INT8 -1,4')] },
    [SAME, SAME],
    "ensemble 'e', step[0] (model 'a'): input 'x' is FP32, but tensor 'in' is INT8 as the ensemble takes it",
  ],
  [
    'shapes differ',
    {},
    [SAME, model('x FP32 -1,5 > y FP32 -1,4', 8)],
    "ensemble 'e', step[1] (model 'b'): input 'x' has the shape [-1,5], but tensor 't' has [-1,4] as step[0] makes it",
  ],
  [
    'ranks differ',
    {},
    [SAME, model('x FP32 4 > y FP32 -1,4')],
    "ensemble 'e', step[1] (model 'b'): input 'x' has the shape [4], but tensor 't' has [-1,4] as step[0] makes it",
  ],
  [
    'an output differs',
    { outputs: [claim('out FP16 -1,4')] },
    [SAME, SAME],
    "ensemble 'e': output 'out' is FP16, but tensor 'out' is FP32 as step[1] makes it",
  ],
  [
    "an output's shape differs",
    { outputs: [claim('out FP32 -1,2')] },
    [SAME, SAME],
    "ensemble 'e': output 'out' has the shape [-1,2], but tensor 'out' has [-1,4] as step[1] makes it",
  ],
  [
    'an input of a model is left out',
    { steps: [step('s: l=in > y=out')] },
    [ADD],
    "ensemble 'e', step[0] (model 's'): input 'r' is given no tensor",
  ],
  [
    'an input that a model does not have',
    { steps: [step('s: l=in r=in q=in > y=out')] },
    [ADD],
    "ensemble 'e', step[0] (model 's'): the model has no input 'q'; it has 'l', 'r'",
  ],
  [
    'an output that a model does not have',
    { steps: [step('s: l=in r=in > w=out')] },
    [ADD],
    "ensemble 'e', step[0] (model 's'): the model has no output 'w'; it has 'y'",
  ],
  [
    'a step that names no output',
    { steps: [step('a: x=in > y=out'), step('b: x=in > ')] },
    [SAME, SAME],
    "ensemble 'e', step[1] (model 'b'): none of its outputs is given a name, so nothing would come of it",
  ],
  [
    'a tensor that nothing makes',
    { steps: [step('s: l=in r=nowhere > y=out')] },
    [ADD],
    "ensemble 'e', step[0] (model 's'): input 'r' takes tensor 'nowhere', which is no input of the ensemble and made by no step",
  ],
  [
    'a tensor that is made twice',
    { steps: [step('a: x=in > y=out'), step('b: x=in > y=out')] },
    [SAME, SAME],
    "ensemble 'e', step[1] (model 'b'): output 'y' cannot be called 'out', because step[0] makes that",
  ],
  [
    'one step makes a tensor twice',
    { steps: [step('f: x=in > y=out z=out')] },
    [FORK],
    "ensemble 'e', step[0] (model 'f'): output 'z' cannot be called 'out', because another of its outputs is called so",
  ],
  [
    'a tensor that is an input too',
    { steps: [step('a: x=in > y=in')] },
    [SAME],
    "ensemble 'e', step[0] (model 'a'): output 'y' cannot be called 'in', because an input of the ensemble is called so",
  ],
  [
    'an output that nothing makes',
    { outputs: [claim('out FP32 -1,4'), claim('more FP32 -1,4')] },
    [SAME, SAME],
    "ensemble 'e': no step makes output 'more'",
  ],
  [
    'an output that is an input',
    { outputs: [claim('out FP32 -1,4'), claim('in FP32 -1,4')] },
    [SAME, SAME],
    "ensemble 'e': output 'in' is called as one of its inputs",
  ],
  [
    'an input listed twice',
    { inputs: [claim('in FP32 -1,4'), claim('in FP32 -1,4')] },
    [SAME, SAME],
    "ensemble 'e': input 'in' is listed twice",
  ],
  [
    'an output listed twice',
    { outputs: [claim('out FP32 -1,4'), claim('out FP32 -1,4')] },
    [SAME, SAME],
    "ensemble 'e': output 'out' is listed twice",
  ],
  [
    'an input that no step takes',
    { inputs: [claim('in FP32 -1,4'), claim('spare FP32 -1,4')] },
    [SAME, SAME],
    "ensemble 'e': no step takes input 'spare'",
  ],
  [
    'a step of which nothing comes',
    { steps: [step('a: x=in > y=out'), step('b: x=in > y=u')] },
    [SAME, SAME],
    "ensemble 'e', step[1] (model 'b'): no output of the ensemble comes of what it makes",
  ],
  [
    'a circle behind a step that could run',
    {
      steps: [step('a: x=in > y=t'), step('s: l=t r=v > y=u'), step('b: x=u > y=v'), step('c: x=v > y=out')],
    },
    [SAME, ADD, SAME, SAME],
    "ensemble 'e': its steps wait for one another: step[1] needs step[2] needs step[1]",
  ],
  [
    'a step that takes what it makes',
    { steps: [step('s: l=in r=out > y=out')] },
    [ADD],
    "ensemble 'e': its steps wait for one another: step[0] needs step[0]",
  ],
  [
    'a claim without a datatype',
    { inputs: [{ ...claim('in FP32 -1,4'), datatype: null }] },
    [SAME, SAME],
    "ensemble 'e': input 'in' has no datatype, and no model file could tell it",
  ],
  [
    'a claim without a shape',
    { outputs: [{ ...claim('out FP32 -1,4'), shape: null }] },
    [SAME, SAME],
    "ensemble 'e': output 'out' has no shape, and no model file could tell it",
  ],
];

for (const [what, parts, models, sentence] of bad) {
  test(`${what}: ${sentence}`, () => {
    assert.throws(() => planEnsemble(draft(parts), models), { code: 'INVALID_ARGUMENT', message: sentence });
  });
}

const DIAMOND = [step('a: x=in > y=t'), step('f: x=t > y=u z=v'), step('s: l=t r=u > y=w')];
const needs: [outputs: string[], steps: number[], uses: Record<string, number>][] = [
  [['t'], [0], { t: 1, in: 1 }],
  [['w'], [0, 1, 2], { w: 1, t: 2, u: 1, in: 1 }],
  [['v', 'u'], [0, 1], { v: 1, u: 1, t: 1, in: 1 }],
  [['w', 't', 'u'], [0, 1, 2], { w: 1, t: 3, u: 2, in: 1 }],
  [[], [], {}],
];

for (const [outputs, steps, uses] of needs) {
  test(`for outputs [${outputs}] steps [${steps}] are needed`, () => {
    const outputsOfAll = ['t', 'u', 'v', 'w'].map((name) => claim(`${name} FP32 -1,4`));
    const plan = planEnsemble(draft({ steps: DIAMOND, outputs: outputsOfAll }), [SAME, FORK, ADD]);
    const need = neededFor(outputs, plan.steps);
    assert.deepEqual(
      need.steps.map(({ at }) => at),
      steps,
    );
    assert.deepEqual(Object.fromEntries(need.uses), uses);
  });
}
