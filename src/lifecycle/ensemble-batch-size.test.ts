import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNBOUNDED_BATCH } from './batch-axis.js';
import { ensembleBatchSize } from './ensemble-batch-size.js';

type Steps = readonly (readonly [maxBatchSize: number, splitsLarge?: boolean])[];

function sizeOf(
  asked: number | null,
  steps: Steps,
  shape: readonly number[] = [-1, 4],
  batchAxis = 0,
): number {
  const spec = { name: 'x', datatype: 'FP32' as const, shape, batchAxis };
  return ensembleBatchSize(
    "ensemble 'e'",
    { inputs: [spec], outputs: [{ ...spec, name: 'y' }] },
    asked,
    steps.map(([maxBatchSize, splitsLarge = false], at) => ({
      where: `step[${at}]`,
      model: { maxBatchSize, splitsLarge },
    })),
  );
}

const rows: [asked: number | null, steps: Steps, size: number][] = [
  [null, [[8], [4]], 4],
  [null, [[UNBOUNDED_BATCH], [UNBOUNDED_BATCH]], UNBOUNDED_BATCH],
  [null, [[8], [0]], 0],
  [null, [[0]], 0],
  [0, [[8], [0]], 0],
  [4, [[8], [4]], 4],
  [16, [[UNBOUNDED_BATCH], [4, true]], 16],
];

for (const [asked, steps, size] of rows) {
  test(`max_batch_size ${asked} over steps of ${JSON.stringify(steps)}: ${size}`, () => {
    assert.equal(sizeOf(asked, steps), size);
  });
}

test('tensors whose batch axis is closed have no batch', () => {
  assert.equal(sizeOf(null, [[8]], [2, 4]), 0);
  assert.equal(sizeOf(null, [[8]], [], 0), 0);
  assert.equal(sizeOf(null, [[8]], [2, -1], 1), 8);
});

const bad: [asked: number, steps: Steps, shape: number[], sentence: RegExp][] = [
  [
    8,
    [[8], [0]],
    [-1, 4],
    /^step\[1\]: the model has no batch axis, but the ensemble's max_batch_size is 8$/,
  ],
  [
    8,
    [[8], [4]],
    [-1, 4],
    /^step\[1\]: the model takes at most 4 rows and does not split larger requests, but/,
  ],
  [
    8,
    [[8]],
    [2, 4],
    /^ensemble 'e': max_batch_size is 8, but the batch axis of 'x' is not open: its shape is \[2,4\]$/,
  ],
];

for (const [asked, steps, shape, sentence] of bad) {
  test(`max_batch_size ${asked} over steps of ${JSON.stringify(steps)} and ${JSON.stringify(shape)} is refused`, () => {
    assert.throws(() => sizeOf(asked, steps, shape), { code: 'INVALID_ARGUMENT', message: sentence });
  });
}
