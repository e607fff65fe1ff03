import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorSpec } from '#inference/metadata.js';
import { maxBatchSizeOf, UNBOUNDED_BATCH } from './batch-axis.js';

type Given = readonly [shape: readonly number[], axisName?: string, batchAxis?: number];

const spec =
  (kind: string) =>
  ([shape, axisName = '', batchAxis]: Given, i: number): TensorSpec => ({
    name: `${kind}${i}`,
    datatype: 'FP32',
    shape,
    ...(axisName !== '' && {
      axisNames: shape.map((_, axis) => (axis === (batchAxis ?? 0) ? axisName : null)),
    }),
    ...(batchAxis !== undefined && { batchAxis }),
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
  ['a second axis that is the batch', [[[4, -1], '', 1]], [[[-1, 3]]], null, UNBOUNDED_BATCH],
  ['a second axis that is the batch and not open', [[[-1, 4], '', 1]], [[[-1, 3]]], null, 0],
  ['the only axis where the configuration says so', [[[-1], '', 0]], [[[-1, 3]]], null, UNBOUNDED_BATCH],
  [
    'one name along different axes',
    [
      [[4, -1], 'n', 1],
      [[-1, 2], 'n'],
    ],
    [[[-1]]],
    null,
    UNBOUNDED_BATCH,
  ],
  [
    'two names along different axes',
    [
      [[4, -1], 'n', 1],
      [[-1, 2], 'm'],
    ],
    [[[-1]]],
    null,
    0,
  ],
  ['a bound for a second axis', [[[4, -1], '', 1]], [[[-1, 3]]], 8, 8],
  ['a compiled batch that is asked for', [[[8, 4]], [[2, 8], '', 1]], [[[8, 3]]], 8, 8],
  ['a compiled batch that is not asked for', [[[8, 4]]], [[[8, 3]]], null, 0],
];

for (const [what, inputs, outputs, asked, expected] of found) {
  test(`${what}, max_batch_size ${asked}: at most ${expected} rows`, () => {
    assert.equal(maxBatchSizeOf(tensors(inputs, outputs), asked), expected);
  });
}

const refused: [what: string, inputs: Given[], outputs: Given[], asked: number, message: string][] = [
  [
    'an output that is closed',
    [[[-1, 4]]],
    [[[1, 3]]],
    8,
    "max_batch_size is 8, but the first axis of output 'y0' is not open: its shape is [1,3]",
  ],
  [
    'a second axis that is closed',
    [[[-1, 4], '', 1]],
    [[[-1, 3]]],
    8,
    "max_batch_size is 8, but axis 1 of input 'x0' is not open: its shape is [-1,4]",
  ],
  [
    'a scalar',
    [[[-1, 4]], [[]]],
    [[[-1, 3]]],
    8,
    "max_batch_size is 8, but the first axis of input 'x1' is not open: its shape is []",
  ],
  [
    'a batch of 1',
    [[[1, 4]]],
    [[[1, 3]]],
    1,
    "max_batch_size is 1, but the first axis of input 'x0' is not open: its shape is [1,4]",
  ],
  [
    'a compiled batch of which an output knows nothing',
    [[[8, 4]]],
    [[[1, 3]]],
    8,
    "max_batch_size is 8, but the first axis of input 'x0' is not open: its shape is [8,4]",
  ],
  [
    'a compiled batch of another size',
    [[[8, 4]]],
    [[[8, 3]]],
    4,
    'max_batch_size is 4, but the model takes batches of 8 rows: expected 8, or 0 for requests of exactly so many',
  ],
];

for (const [what, inputs, outputs, asked, message] of refused) {
  test(`${what}, max_batch_size ${asked}: refused`, () => {
    assert.throws(() => maxBatchSizeOf(tensors(inputs, outputs), asked), {
      code: 'INVALID_ARGUMENT',
      message,
    });
  });
}
