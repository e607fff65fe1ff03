import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchRows } from './batch-rows.js';

function rows(
  shapes: readonly (readonly number[])[],
  maxRequestRows: number,
  batchAxes: readonly number[] = [],
): number {
  const inputs = shapes.map((shape, i) => ({
    name: `engine${i}`,
    datatype: 'FP32' as const,
    shape,
    data: new Uint8Array(0),
  }));
  const ports = shapes.map((shape, i) => ({
    engineName: `engine${i}`,
    spec: { name: `x${i}`, datatype: 'FP32' as const, shape, batchAxis: batchAxes[i] ?? 0 },
  }));
  return batchRows(inputs, { model: 'm', ports, maxRequestRows });
}

const counted: [shapes: number[][], most: number, rows: number][] = [
  [[[5, 3]], 8, 5],
  [[[8, 3], [8]], 8, 8],
  [[[0, 3]], 8, 0],
  [
    [
      [5, 3],
      [2, 3],
    ],
    0,
    1,
  ],
  [[[]], 0, 1],
];

for (const [shapes, most, expected] of counted) {
  test(`inputs of ${JSON.stringify(shapes)} where ${most} is the most are ${expected} rows`, () => {
    assert.equal(rows(shapes, most), expected);
  });
}

const refused: [shapes: number[][], message: string][] = [
  [[[9, 3]], "inference request batch-size must be <= 8 for 'm', but is 9"],
  [
    [
      [2, 3],
      [3, 3],
    ],
    "input 'x1' batch size does not match other inputs for 'm': it has 3 rows, and 'x0' has 2",
  ],
];

for (const [shapes, message] of refused) {
  test(`inputs of ${JSON.stringify(shapes)} are refused where 8 is the most`, () => {
    assert.throws(() => rows(shapes, 8), { code: 'INVALID_ARGUMENT', message });
  });
}

test('rows are counted along the batch axis of each input', () => {
  const shapes = [
    [3, 5],
    [5, 3],
  ];
  assert.equal(rows(shapes, 8, [1, 0]), 5);
  assert.equal(rows(shapes, 8, [0, 1]), 3);
  assert.throws(() => rows(shapes, 8), /'x1' batch size does not match .* it has 5 rows, and 'x0' has 3$/);
});
