import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorSpec } from '#inference/metadata.js';
import { maxBatchSizeOf, UNBOUNDED_BATCH } from './batch-axis.js';

type Given = readonly [shape: readonly number[], firstAxis?: string];

const spec =
  (kind: string) =>
  ([shape, firstAxis]: Given, i: number): TensorSpec => ({
    name: `${kind}${i}`,
    datatype: 'FP32',
    shape,
    ...(firstAxis !== undefined && { axisNames: [firstAxis, ...shape.slice(1).map(() => null)] }),
  });

const tensors = (inputs: readonly Given[], outputs: readonly Given[]) => ({
  inputs: inputs.map(spec('x')),
  outputs: outputs.map(spec('y')),
});

const found: [what: string, inputs: Given[], outputs: Given[], asked: number | null, expected: number][] = [
  ['every first axis open', [[[-1, 4]]], [[[-1, 3]]], null, UNBOUNDED_BATCH],
  ['an output with no other axis', [[[-1, 4]]], [[[-1]], [[-1, 3]]], null, UNBOUNDED_BATCH],
  ['an input with no other axis', [[[-1]]], [[[-1]]], null, 0],
  ['a fixed input', [[[1, 4]]], [[[-1, 3]]], null, 0],
  ['a fixed output', [[[-1, 4]]], [[[1, 3]]], null, 0],
  ['a scalar output', [[[-1, 4]]], [[[]]], null, 0],
  [
    'one name',
    [
      [[-1, 4], 'batch'],
      [[-1, 2], 'batch'],
    ],
    [[[-1, 3], 'out']],
    null,
    UNBOUNDED_BATCH,
  ],
  [
    'two names',
    [
      [[-1, 4], 'points'],
      [[-1, 2], 'boxes'],
    ],
    [[[-1, 3]]],
    null,
    0,
  ],
  ['a bound', [[[-1, 4]]], [[[-1, 3]]], 8, 8],
  ['a bound for an input with no other axis', [[[-1]]], [[[-1]]], 8, 8],
  ['a batch axis that is not to be one', [[[-1, 4]]], [[[-1, 3]]], 0, 0],
  ['fixed axes and no batch asked for', [[[1, 4]]], [[[1, 3]]], 0, 0],
];

for (const [what, inputs, outputs, asked, expected] of found) {
  test(`${what}, max_batch_size ${asked}: at most ${expected} rows`, () => {
    assert.equal(maxBatchSizeOf(tensors(inputs, outputs), asked), expected);
  });
}

test('a bound on the rows of fixed tensors is refused', () => {
  assert.throws(() => maxBatchSizeOf(tensors([[[-1, 4]]], [[[1, 3]]]), 8), {
    code: 'INVALID_ARGUMENT',
    message: "max_batch_size is 8, but the first axis of output 'y0' is not open: its shape is [1,3]",
  });
});
