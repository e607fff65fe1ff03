import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchLayout, PLAIN_LAYOUT } from '#scheduler/batch-layout.js';
import { type BatchingOptions, PLAIN_BATCHING } from '#scheduler/options.js';
import type { DataType } from '#tensor/datatype.js';
import { UNBOUNDED_BATCH } from './batch-axis.js';
import { batchRulesOf } from './batch-rules.js';
import type { Port, Signature } from './signature.js';

interface Given {
  readonly shape: readonly number[];
  readonly names?: readonly (string | null)[];
  readonly batchAxis?: number;
  readonly datatype?: DataType;
  readonly padValue?: number;
}

/** Clients say x0, the engine says X0. */
const port =
  (kind: string) =>
  ({ shape, names, batchAxis, datatype = 'INT64', padValue }: Given, i: number): Port => ({
    engineName: `${kind.toUpperCase()}${i}`,
    spec: {
      name: `${kind}${i}`,
      datatype,
      shape,
      ...(names && { axisNames: names }),
      ...(batchAxis !== undefined && { batchAxis }),
    },
    ...(padValue !== undefined && { padValue }),
  });

const signature = (inputs: readonly Given[], outputs: readonly Given[]): Signature => ({
  inputs: inputs.map(port('x')),
  outputs: outputs.map(port('y')),
});

const shapesOf = ({ inputs, outputs }: Signature): string =>
  [...inputs, ...outputs].map(({ spec }) => `[${spec.shape}]`).join(' ');

const OPEN = signature([{ shape: [-1, 4] }], [{ shape: [-1, 3] }]);
const COMPILED = signature([{ shape: [8, 4] }, { shape: [2, 8], batchAxis: 1 }], [{ shape: [8] }]);
const SINGLE = signature([{ shape: [1, 4] }], [{ shape: [1, 3] }]);

const sizes: [
  what: string,
  signature: Signature,
  asked: number | null,
  batching: Partial<BatchingOptions>,
  maxRows: number,
  allowedRows: number[],
  maxRequestRows: number,
  shapes: string,
][] = [
  ['no bound', OPEN, null, {}, UNBOUNDED_BATCH, [], UNBOUNDED_BATCH, '[-1,4] [-1,3]'],
  ['a bound, large requests in parts', OPEN, 8, {}, 8, [], UNBOUNDED_BATCH, '[-1,4] [-1,3]'],
  ['a bound, large requests refused', OPEN, 8, { splitLarge: false }, 8, [], 8, '[-1,4] [-1,3]'],
  ['a bound, no batching', OPEN, 8, { isOn: false }, 8, [], 8, '[-1,4] [-1,3]'],
  ['sizes that bound', OPEN, null, { allowedRows: [2, 4] }, 4, [2, 4], UNBOUNDED_BATCH, '[-1,4] [-1,3]'],
  ['sizes and the same bound', OPEN, 4, { allowedRows: [2, 4] }, 4, [2, 4], UNBOUNDED_BATCH, '[-1,4] [-1,3]'],
  ['no batch', SINGLE, null, {}, 0, [], 0, '[1,4] [1,3]'],
  ['no batch wanted', OPEN, 0, {}, 0, [], 0, '[-1,4] [-1,3]'],
  ['a compiled batch', COMPILED, 8, {}, 8, [8], UNBOUNDED_BATCH, '[-1,4] [2,-1] [-1]'],
  [
    'a compiled batch, its size',
    COMPILED,
    8,
    { allowedRows: [8] },
    8,
    [8],
    UNBOUNDED_BATCH,
    '[-1,4] [2,-1] [-1]',
  ],
  ['a compiled batch, no parts', COMPILED, 8, { splitLarge: false }, 8, [8], 8, '[-1,4] [2,-1] [-1]'],
  ['a compiled batch, not asked for', COMPILED, null, {}, 0, [], 0, '[8,4] [2,8] [8]'],
];

for (const [what, given, asked, batching, maxRows, allowedRows, maxRequestRows, shapes] of sizes) {
  test(`rows of a batch: ${what}`, () => {
    const rules = batchRulesOf(given, asked, { ...PLAIN_BATCHING, ...batching });
    assert.deepEqual(
      [rules.maxRows, rules.allowedRows, rules.maxRequestRows],
      [maxRows, allowedRows, maxRequestRows],
    );
    assert.equal(shapesOf(rules.signature), shapes);
  });
}

const BERT = signature(
  [
    { shape: [-1, -1], names: ['batch', 'length'], padValue: 7 },
    { shape: [-1, -1], names: ['batch', 'length'] },
    { shape: [-1, 2], names: ['batch', null] },
  ],
  [
    { shape: [-1, -1, 768], names: ['batch', 'length', null] },
    { shape: [-1, 768], names: ['batch', null] },
  ],
);

const layouts: [what: string, signature: Signature, padVariableAxes: boolean, expected: BatchLayout][] = [
  ['the plain one', OPEN, false, PLAIN_LAYOUT],
  ['the plain one, though axes are open', BERT, false, PLAIN_LAYOUT],
  ['the plain one, for nothing is to be padded', OPEN, true, PLAIN_LAYOUT],
  [
    'padded inputs and what is cut',
    BERT,
    true,
    {
      axisOf: {},
      padded: [
        { name: 'X0', axes: [1], axisNames: ['length'], value: 7 },
        { name: 'X1', axes: [1], axisNames: ['length'], value: 0 },
      ],
      cut: [{ name: 'Y0', axes: [{ axis: 1, input: 'X0', inputAxis: 1 }] }],
    },
  ],
  [
    'other axes than the first',
    signature(
      [{ shape: [-1, 3, -1], batchAxis: 2, names: ['wide', null, 'n'] }],
      [{ shape: [2, -1, -1], batchAxis: 1, names: [null, 'n', 'wide'] }],
    ),
    true,
    {
      axisOf: { X0: 2, Y0: 1 },
      padded: [{ name: 'X0', axes: [0], axisNames: ['wide'], value: 0 }],
      cut: [{ name: 'Y0', axes: [{ axis: 2, input: 'X0', inputAxis: 0 }] }],
    },
  ],
];

for (const [what, given, padVariableAxes, expected] of layouts) {
  test(`the layout of a batch: ${what}`, () => {
    assert.deepEqual(batchRulesOf(given, 4, { ...PLAIN_BATCHING, padVariableAxes }).layout, expected);
  });
}

const refused: [
  what: string,
  signature: Signature,
  asked: number | null,
  batching: Partial<BatchingOptions>,
  message: string,
][] = [
  [
    'sizes without a batch',
    SINGLE,
    null,
    { allowedRows: [2, 4] },
    'allowed_batch_sizes is [2, 4], but the model has no batch axis',
  ],
  [
    'sizes that are not the compiled one',
    COMPILED,
    8,
    { allowedRows: [4, 8] },
    'allowed_batch_sizes is [4, 8], but the model takes batches of 8 rows and no others',
  ],
  [
    'sizes beside the bound',
    OPEN,
    8,
    { allowedRows: [2, 4] },
    'max_batch_size is 8, but the largest of allowed_batch_sizes is 4: expected the same',
  ],
  [
    'padding without a batch',
    SINGLE,
    null,
    { padVariableAxes: true },
    'pad_variable_length_inputs is true, but the model has no batch axis',
  ],
  [
    'an axis of an input without a name',
    signature([{ shape: [-1, -1], names: ['batch', null] }], [{ shape: [-1] }]),
    4,
    { padVariableAxes: true },
    "pad_variable_length_inputs is true, but the model file has no name for the open axis 1 of input 'x0', by which inputs and outputs are matched",
  ],
  [
    'an axis of an output without a name',
    signature([{ shape: [-1, -1], names: ['batch', 'length'] }], [{ shape: [-1, -1] }]),
    4,
    { padVariableAxes: true },
    "pad_variable_length_inputs is true, but the model file has no name for the open axis 1 of output 'y0', by which inputs and outputs are matched",
  ],
  [
    'an axis of an output that no input has',
    signature(
      [{ shape: [-1, -1], names: ['batch', 'length'] }],
      [{ shape: [-1, -1], names: ['batch', 'found'] }],
    ),
    4,
    { padVariableAxes: true },
    "pad_variable_length_inputs is true, but no input has the axis 'found' of output 'y0': how much of it is padding cannot be told",
  ],
  [
    'a value that the datatype has not',
    signature([{ shape: [-1, -1], names: ['n', 'm'], datatype: 'UINT8', padValue: 300 }], [{ shape: [-1] }]),
    4,
    { padVariableAxes: true },
    "input 'x0' cannot be padded: 300 is no value of the datatype UINT8",
  ],
];

for (const [what, given, asked, batching, message] of refused) {
  test(`${what}: refused`, () => {
    assert.throws(() => batchRulesOf(given, asked, { ...PLAIN_BATCHING, ...batching }), {
      code: 'INVALID_ARGUMENT',
      message,
    });
  });
}
