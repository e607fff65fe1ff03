import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataType } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import { resolveInputs } from './resolve-inputs.js';

type Given = [name: string, shape: number[], datatype?: DataType];

const tensor = ([name, shape, datatype = 'FP32']: Given): Tensor => ({
  name,
  shape,
  datatype,
  data: new Uint8Array(0),
});
const port = ([name, shape, datatype = 'FP32']: Given) => ({
  engineName: `engine:${name}`,
  spec: { name, shape, datatype },
});

function resolve(given: Given[], known: Given[], strict = false): string {
  const found = resolveInputs(given.map(tensor), { model: 'm', ports: known.map(port), strict });
  return found.map((each) => `${each.name}[${each.shape}]`).join(' ');
}

const two: Given[] = [
  ['a', [1, 2]],
  ['b', [-1, 3]],
];

const accepted: [name: string, given: Given[], known: Given[], result: string][] = [
  [
    "by name, in the model's order",
    [
      ['b', [5, 3]],
      ['a', [1, 2]],
    ],
    two,
    'engine:a[1,2] engine:b[5,3]',
  ],
  [
    'by position when no name is known',
    [
      ['x', [1, 2]],
      ['y', [5, 3]],
    ],
    two,
    'engine:a[1,2] engine:b[5,3]',
  ],
  [
    'axes of length 1 do not count',
    [['mnist', [1, 1, 28, 28]]],
    [['input', [1, 28, 28, 1]]],
    'engine:input[1,28,28,1]',
  ],
];

for (const [name, given, known, result] of accepted) {
  test(`inputs are taken ${name}`, () => {
    assert.equal(resolve(given, known), result);
  });
}

const refused: [name: string, given: Given[], known: Given[], strict: boolean, sentence: string][] = [
  [
    'a mixture of names',
    [
      ['a', [1, 2]],
      ['y', [5, 3]],
    ],
    two,
    false,
    "unexpected inference input 'y' for model 'm'; its inputs are 'a','b'",
  ],
  [
    'a missing input',
    [['a', [1, 2]]],
    two,
    false,
    "expected 2 inputs but got 1 inputs for model 'm'. Got input(s) ['a'], but missing required input(s) ['b']. Please provide all required input(s).",
  ],
  [
    'no input',
    [],
    two,
    false,
    "expected 2 inputs but got 0 inputs for model 'm'. Got input(s) [], but missing required input(s) ['a','b']. Please provide all required input(s).",
  ],
  [
    'an extra input',
    [
      ['a', [1, 2]],
      ['b', [1, 3]],
      ['c', [1]],
    ],
    two,
    false,
    "unexpected inference input 'c' for model 'm'; its inputs are 'a','b'",
  ],
  [
    'another datatype',
    [
      ['a', [1, 2], 'INT8'],
      ['b', [1, 3]],
    ],
    two,
    false,
    "inference input 'a' data-type is 'INT8', but model 'm' expects 'FP32'",
  ],
  [
    'another shape',
    [['x', [1, 3, 2, 2]]],
    [['a', [1, 2, 2, 3]]],
    false,
    "unexpected shape for input 'x' for model 'm'. Expected [1,2,2,3], got [1,3,2,2].",
  ],
  [
    'a strange name, strictly',
    [['mnist', [1]]],
    [['input', [1]]],
    true,
    "unexpected inference input 'mnist' for model 'm'; its input is 'input'",
  ],
  [
    'an axis of length 1, strictly',
    [['input', [1, 4]]],
    [['input', [4]]],
    true,
    "unexpected shape for input 'input' for model 'm'. Expected [4], got [1,4].",
  ],
];

for (const [name, given, known, strict, message] of refused) {
  test(`inputs are refused for ${name}`, () => {
    assert.throws(() => resolve(given, known, strict), { code: 'INVALID_ARGUMENT', message });
  });
}
