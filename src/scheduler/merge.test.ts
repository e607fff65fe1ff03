import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATATYPES } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { randomElements } from '../../test/support/random-elements.js';
import { numbers, texts } from '../../test/support/row-tensors.js';
import { type BatchLayout, PLAIN_LAYOUT } from './batch-layout.js';
import { mergeInputs } from './merge.js';
import { splitOutputs } from './split.js';

const job = (rows: number, ...inputs: readonly Tensor[]) => ({ inputs, rows });

const PADDED: BatchLayout = { ...PLAIN_LAYOUT, padded: [{ name: 'x', axes: [1], value: 9 }] };

const merged: [
  what: string,
  jobs: ReturnType<typeof job>[],
  layout: BatchLayout,
  padToRows: number,
  expected: Tensor[],
][] = [
  ['no jobs', [], PLAIN_LAYOUT, 4, []],
  [
    'two jobs of two inputs',
    [
      job(1, numbers('x', [1, 2], [1, 2]), texts('t', [1], ['a'])),
      job(2, numbers('x', [2, 2], [3, 4, 5, 6]), texts('t', [2], ['b', ''])),
    ],
    PLAIN_LAYOUT,
    0,
    [numbers('x', [3, 2], [1, 2, 3, 4, 5, 6]), texts('t', [3], ['a', 'b', ''])],
  ],
  [
    'inputs in another order',
    [
      job(1, numbers('x', [1], [1]), numbers('y', [1], [2])),
      job(1, numbers('y', [1], [4]), numbers('x', [1], [3])),
    ],
    PLAIN_LAYOUT,
    0,
    [numbers('x', [2], [1, 3]), numbers('y', [2], [2, 4])],
  ],
  [
    'the second axis',
    [job(1, numbers('x', [2, 1], [1, 2])), job(2, numbers('x', [2, 2], [3, 4, 5, 6]))],
    { ...PLAIN_LAYOUT, axisOf: { x: 1 } },
    4,
    [numbers('x', [2, 4], [1, 3, 4, 0, 2, 5, 6, 0])],
  ],
  [
    'rows of padding',
    [job(1, numbers('x', [1, 2], [1, 2]), texts('t', [1], ['a']))],
    PLAIN_LAYOUT,
    2,
    [numbers('x', [2, 2], [1, 2, 0, 0]), texts('t', [2], ['a', ''])],
  ],
  [
    'fewer rows of padding than there are rows',
    [job(1, numbers('x', [1], [1])), job(1, numbers('x', [1], [2]))],
    PLAIN_LAYOUT,
    1,
    [numbers('x', [2], [1, 2])],
  ],
  [
    'the longest',
    [
      job(1, numbers('x', [1, 1], [1]), numbers('y', [1], [7])),
      job(2, numbers('x', [2, 3], [2, 3, 4, 5, 6, 7]), numbers('y', [2], [8, 8])),
    ],
    PADDED,
    0,
    [numbers('x', [3, 3], [1, 9, 9, 2, 3, 4, 5, 6, 7]), numbers('y', [3], [7, 8, 8])],
  ],
  [
    'the longest, and rows of padding',
    [job(1, numbers('x', [1, 1], [1])), job(1, numbers('x', [1, 2], [2, 3]))],
    PADDED,
    3,
    [numbers('x', [3, 2], [1, 9, 2, 3, 9, 9])],
  ],
];

for (const [what, jobs, layout, padToRows, expected] of merged) {
  test(`inputs are put together: ${what}`, () => {
    const before = structuredClone(jobs);
    assert.deepEqual(mergeInputs(jobs, layout, padToRows), expected);
    assert.deepEqual(jobs, before);
  });
}

test('a job that fills its run is handed through', () => {
  const alone = job(1, numbers('x', [2], [1, 2]));
  assert.equal(mergeInputs([alone], PLAIN_LAYOUT, 0), alone.inputs);
  assert.equal(mergeInputs([alone], PADDED, 1), alone.inputs);
});

const misfits: [what: string, other: Tensor][] = [
  ['another shape', numbers('x', [1, 3], [1, 2, 3])],
  ['another rank', numbers('x', [1], [1])],
  ['another datatype', texts('x', [1, 2], ['a', 'b'])],
  ['fewer bytes than its shape', numbers('x', [1, 2], [1])],
  ['another name', numbers('z', [1, 2], [1, 2])],
];

for (const [what, other] of misfits) {
  test(`jobs that do not fit together are not put together: ${what}`, () => {
    const jobs = [job(1, numbers('x', [1, 2], [1, 2])), job(1, other)];
    assert.throws(() => mergeInputs(jobs, PLAIN_LAYOUT, 0), { code: 'INTERNAL' });
  });
}

for (const datatype of DATATYPES) {
  test(`what a model answers that changes nothing is what each job gave: ${datatype}`, () => {
    for (const axis of [0, 1, 2]) {
      const layout: BatchLayout = {
        axisOf: { x: axis },
        padded: [{ name: 'x', axes: [0, 1, 2].filter((each) => each !== axis), value: 1 }],
        cut: [
          {
            name: 'x',
            axes: [0, 1, 2]
              .filter((each) => each !== axis)
              .map((each) => ({ axis: each, input: 'x', inputAxis: each })),
          },
        ],
      };
      const jobs = [3, 1, 4, 2].map((rows, i) => {
        const shape =
          [
            [2, 5, 1],
            [4, 1, 3],
            [1, 1, 1],
            [3, 2, 7],
          ][i]?.with(axis, rows) ?? [];
        const data = randomElements(datatype, elementCount(shape), true);
        const tensor: Tensor = { name: 'x', datatype, shape, data };
        return { inputs: [tensor], outputs: ['x'], rows };
      });
      const parts = splitOutputs(mergeInputs(jobs, layout, 16), jobs, layout, 16);
      assert.deepEqual(
        parts,
        jobs.map(({ inputs }) => inputs),
      );
    }
  });
}
