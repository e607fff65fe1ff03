import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST_SPARE_BYTES, spareBuffers } from '#core/spare-buffers.js';
import type { Tensor } from '#tensor/tensor.js';
import { numbers, texts } from '../../test/support/row-tensors.js';
import { type BatchLayout, PLAIN_LAYOUT } from './batch-layout.js';
import { type SplitJob, splitOutputs, unionOfOutputs } from './split.js';

const job = (rows: number, outputs: string[], length = 1): SplitJob => ({
  rows,
  outputs,
  inputs: [{ name: 'x', datatype: 'UINT8', shape: [rows, length], data: new Uint8Array(0) }],
});

const CUT: BatchLayout = {
  ...PLAIN_LAYOUT,
  cut: [{ name: 'y', axes: [{ axis: 2, input: 'x', inputAxis: 1 }] }],
};

const apart: [
  what: string,
  outputs: Tensor[],
  jobs: SplitJob[],
  layout: BatchLayout,
  runRows: number | undefined,
  expected: Tensor[][],
][] = [
  [
    'its own rows',
    [numbers('y', [3, 2], [1, 2, 3, 4, 5, 6])],
    [job(1, ['y']), job(2, ['y'])],
    PLAIN_LAYOUT,
    undefined,
    [[numbers('y', [1, 2], [1, 2])], [numbers('y', [2, 2], [3, 4, 5, 6])]],
  ],
  [
    'what it wants, in its order',
    [numbers('y', [2], [1, 2]), texts('z', [2], ['a', 'bc'])],
    [job(1, ['z', 'y']), job(1, ['z'])],
    PLAIN_LAYOUT,
    undefined,
    [[texts('z', [1], ['a']), numbers('y', [1], [1])], [texts('z', [1], ['bc'])]],
  ],
  [
    'nothing of the padding',
    [numbers('y', [4], [1, 2, 3, 4])],
    [job(1, ['y']), job(2, ['y'])],
    PLAIN_LAYOUT,
    4,
    [[numbers('y', [1], [1])], [numbers('y', [2], [2, 3])]],
  ],
  [
    'alone nothing of the padding',
    [numbers('y', [4], [1, 2, 3, 4])],
    [job(3, ['y'])],
    PLAIN_LAYOUT,
    4,
    [[numbers('y', [3], [1, 2, 3])]],
  ],
  [
    'rows along the second axis',
    [numbers('y', [2, 3], [1, 2, 3, 4, 5, 6])],
    [job(2, ['y']), job(1, ['y'])],
    { ...PLAIN_LAYOUT, axisOf: { y: 1 } },
    undefined,
    [[numbers('y', [2, 2], [1, 2, 4, 5])], [numbers('y', [2, 1], [3, 6])]],
  ],
  [
    'its own length',
    [numbers('y', [2, 1, 3], [1, 9, 9, 2, 3, 4])],
    [job(1, ['y'], 1), job(1, ['y'], 3)],
    CUT,
    undefined,
    [[numbers('y', [1, 1, 1], [1])], [numbers('y', [1, 1, 3], [2, 3, 4])]],
  ],
  [
    'no rows where it has none',
    [numbers('y', [1], [1])],
    [job(0, ['y']), job(1, ['y'])],
    PLAIN_LAYOUT,
    undefined,
    [[numbers('y', [0], [])], [numbers('y', [1], [1])]],
  ],
];

for (const [what, outputs, jobs, layout, runRows, expected] of apart) {
  test(`each job gets ${what}`, () => {
    assert.deepEqual(splitOutputs(outputs, jobs, layout, runRows), expected);
  });
}

test('an answer for one job alone is handed through, whatever its shape', () => {
  const scalar = numbers('y', [], [1]);
  assert.equal(splitOutputs([scalar], [job(1, ['y'])], PLAIN_LAYOUT)[0]?.[0], scalar);
});

const refused: [what: string, output: Tensor, layout: BatchLayout, message: string][] = [
  [
    'rows',
    numbers('y', [3, 1], [1, 2, 3]),
    PLAIN_LAYOUT,
    "the answer to several requests cannot be taken apart: axis 0 of output 'y' of shape [3,1] was expected to be 2 long",
  ],
  [
    'no rows',
    numbers('y', [], [1]),
    PLAIN_LAYOUT,
    "the answer to several requests cannot be taken apart: axis 0 of output 'y' of shape [] was expected to be 2 long",
  ],
  [
    'another length than the longest input',
    numbers('y', [2, 1, 1], [1, 2]),
    CUT,
    "the answer to several requests cannot be taken apart: axis 2 of output 'y' of shape [2,1,1] was expected to be 3 long",
  ],
  ['another name', numbers('z', [2], [1, 2]), PLAIN_LAYOUT, "the model gave no output 'y'"],
  [
    'fewer bytes than its shape',
    numbers('y', [2], [1]),
    PLAIN_LAYOUT,
    "the answer to several requests cannot be taken apart: tensor 'y' has 1 bytes; UINT8 [2] takes 2",
  ],
  [
    'bytes that are no texts',
    { ...texts('y', [2], []), data: Uint8Array.of(2, 0, 0, 0) },
    PLAIN_LAYOUT,
    "the answer to several requests cannot be taken apart: element 0 of tensor 'y' is 2 bytes long, but the data ends 2 bytes before that",
  ],
];

for (const [what, output, layout, message] of refused) {
  test(`an answer with ${what} is not taken apart`, () => {
    const jobs = [job(1, ['y'], 1), job(1, ['y'], 3)];
    assert.throws(() => splitOutputs([output], jobs, layout), { code: 'INTERNAL', message });
  });
}

test('each part can be given away by itself, and the whole is kept for the next batch', () => {
  const whole = new Uint8Array(LEAST_SPARE_BYTES).fill(1);
  const output: Tensor = { name: 'y', datatype: 'UINT8', shape: [2, LEAST_SPARE_BYTES / 2], data: whole };
  const before = spareBuffers.byteLength;
  const parts = splitOutputs([output], [job(1, ['y']), job(1, ['y'])], PLAIN_LAYOUT);
  assert.equal(spareBuffers.byteLength, before + LEAST_SPARE_BYTES);
  assert.equal(spareBuffers.take(LEAST_SPARE_BYTES), whole.buffer);
  const buffers = parts.flatMap((part) => part.map(({ data }) => data.buffer));
  assert.equal(new Set([...buffers, whole.buffer]).size, 3);
  structuredClone(null, { transfer: buffers.slice(0, 1) as ArrayBuffer[] });
  assert.deepEqual(parts[1]?.[0]?.data, new Uint8Array(LEAST_SPARE_BYTES / 2).fill(1));
});

test('a job that ran alone has views, and no buffer is taken from it', () => {
  const whole = new Uint8Array(LEAST_SPARE_BYTES);
  const output: Tensor = { name: 'y', datatype: 'UINT8', shape: [LEAST_SPARE_BYTES], data: whole };
  const before = spareBuffers.byteLength;
  const [parts] = splitOutputs([output], [job(8, ['y'])], PLAIN_LAYOUT, LEAST_SPARE_BYTES);
  assert.equal(parts?.[0]?.data.buffer, whole.buffer);
  assert.equal(spareBuffers.byteLength, before);
});

const unions: [wanted: string[][], expected: string[]][] = [
  [[], []],
  [[['b', 'a']], ['b', 'a']],
  [
    [
      ['b', 'a'],
      ['b', 'a'],
    ],
    ['b', 'a'],
  ],
  [
    [['b'], ['a', 'b'], ['c']],
    ['b', 'a', 'c'],
  ],
  [[[], ['a']], ['a']],
];

for (const [wanted, expected] of unions) {
  test(`jobs that want ${JSON.stringify(wanted)} together want ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(unionOfOutputs(wanted.map((outputs) => ({ outputs }))), expected);
  });
}
