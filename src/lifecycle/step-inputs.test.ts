import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelMetadata, TensorSpec } from '#inference/metadata.js';
import { stepRows } from './step-inputs.js';

/** Specs and the shapes that are given for them. */
type Ports = readonly (readonly [spec: readonly number[], given: readonly number[], batchAxis?: number])[];

function rowsOf(maxBatchSize: number, ports: Ports, maxRequestRows = maxBatchSize): number {
  const inputs = ports.map(
    ([shape, , batchAxis = 0], i): TensorSpec => ({ name: `x${i}`, datatype: 'UINT8', shape, batchAxis }),
  );
  const metadata: ModelMetadata = {
    name: 'm',
    version: '1',
    platform: 'p',
    dialect: 'v2',
    inputs,
    outputs: [],
    maxBatchSize,
    properties: {},
  };
  const given = ports.map(([, shape], i) => ({
    name: `t${i}`,
    datatype: 'UINT8' as const,
    shape,
    data: new Uint8Array(),
  }));
  const signature = { inputs: inputs.map((spec) => ({ spec, engineName: spec.name })), outputs: [] };
  return stepRows(given, { metadata, signature, maxRequestRows });
}

test('rows are counted along the axis of the batch, and are 1 where there is none', () => {
  assert.equal(
    rowsOf(8, [
      [
        [-1, 4],
        [3, 4],
      ],
    ]),
    3,
  );
  assert.equal(rowsOf(8, [[[4, -1], [4, 5], 1]]), 5);
  assert.equal(
    rowsOf(0, [
      [
        [-1, 4],
        [3, 4],
      ],
    ]),
    1,
  );
  assert.equal(rowsOf(8, [[[-1], [9]]], 100), 9);
});

const bad: [maxBatchSize: number, ports: Ports, sentence: RegExp][] = [
  [
    0,
    [
      [
        [-1, 4],
        [3, 5],
      ],
    ],
    /^unexpected shape for input 'x0' for model 'm'. Expected \[-1,4\], got \[3,5\]\.$/,
  ],
  [0, [[[-1, 4], [4]]], /^unexpected shape for input 'x0' for model 'm'. Expected \[-1,4\], got \[4\]\.$/],
  [
    8,
    [
      [[-1], [2]],
      [[-1], [3]],
    ],
    /^input 'x1' batch size does not match other inputs for 'm': it has 3 rows, and 'x0' has 2$/,
  ],
  [8, [[[-1], [9]]], /^inference request batch-size must be <= 8 for 'm', but is 9$/],
];

for (const [maxBatchSize, ports, sentence] of bad) {
  test(`${JSON.stringify(ports)} with at most ${maxBatchSize} rows: ${sentence.source}`, () => {
    assert.throws(() => rowsOf(maxBatchSize, ports), { code: 'INVALID_ARGUMENT', message: sentence });
  });
}
