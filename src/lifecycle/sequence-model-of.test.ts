import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNBOUNDED_BATCH } from './batch-axis.js';
import { sequenceModelOf } from './sequence-model-of.js';

const signature = {
  inputs: [
    { engineName: 'x', spec: { name: 'sound', datatype: 'FP32' as const, shape: [-1, 4] } },
    { engineName: 'h', spec: { name: 'h', datatype: 'FP32' as const, shape: [2, -1, 4], batchAxis: 1 } },
  ],
  outputs: [{ engineName: 'y', spec: { name: 'y', datatype: 'FP32' as const, shape: [-1, 1] } }],
};

test("a model's tensors are told by the names of its file, with the axes of their rows", () => {
  const { inputs, outputs, axisOf } = sequenceModelOf('m', signature, 8, 1);
  assert.deepEqual(
    [...inputs, ...outputs].map(({ name }) => name),
    ['x', 'h', 'y'],
  );
  assert.deepEqual(axisOf, { h: 1 });
});

const rows: readonly [maxBatchSize: number, instances: number, hasBatchAxis: boolean, slots: number][] = [
  [0, 3, false, 3],
  [8, 1, true, 8],
  [8, 2, true, 16],
  [UNBOUNDED_BATCH, 2, true, 2048],
];

for (const [maxBatchSize, instances, hasBatchAxis, slots] of rows) {
  test(`max_batch_size ${maxBatchSize} on ${instances} instances is ${slots} slots`, () => {
    const model = sequenceModelOf('m', signature, maxBatchSize, instances);
    assert.deepEqual([model.hasBatchAxis, model.slots], [hasBatchAxis, slots]);
  });
}
