/** Requests that are run together by real engines are answered as they are one by one. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openSession } from '#backend/registry.js';
import { batchRulesOf } from '#lifecycle/batch-rules.js';
import { PLAIN_BATCHING } from '#lifecycle/offer.js';
import { signatureOf } from '#lifecycle/signature.js';
import { mergeInputs } from '#scheduler/merge.js';
import { splitOutputs } from '#scheduler/split.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { PLAIN_OPTIONS } from '../support/load-options.js';
import {
  addSubModel,
  type ModelShape,
  matMulModel,
  modelDirectory,
  writeModel,
} from '../support/onnx-models.js';

const folder = modelDirectory(after);

/** Whole numbers, so that sums are exact in whatever order they are made. */
function whole(name: string, datatype: 'FP32' | 'INT32', shape: readonly number[]): Tensor {
  const values = Array.from({ length: elementCount(shape) }, (_, i) => (i * 7 + shape.length) % 50);
  const array = datatype === 'FP32' ? Float32Array.from(values) : Int32Array.from(values);
  return { name, datatype, shape, data: new Uint8Array(array.buffer) };
}

const open: ModelShape = ['batch', 'length'];

const cases: [
  what: string,
  model: Uint8Array,
  maxBatchSize: number,
  pads: boolean,
  shapesOfJobs: readonly (readonly number[])[],
  runRows: number,
][] = [
  [
    'rows',
    matMulModel(),
    8,
    false,
    [
      [1, 4],
      [3, 4],
      [2, 4],
    ],
    6,
  ],
  [
    'rows of a model that was compiled for eight',
    matMulModel(8),
    8,
    false,
    [
      [1, 4],
      [3, 4],
    ],
    8,
  ],
  ['one request of such a model', matMulModel(8), 8, false, [[5, 4]], 8],
  [
    'requests of different lengths',
    addSubModel('INT32', open),
    8,
    true,
    [
      [1, 3],
      [2, 7],
      [1, 1],
    ],
    4,
  ],
  [
    'lengths and rows',
    addSubModel('INT32', open),
    8,
    true,
    [
      [1, 3],
      [2, 7],
    ],
    8,
  ],
];

for (const [what, model, maxBatchSize, pads, shapes, runRows] of cases) {
  test(`together as alone: ${what}`, async (t) => {
    const path = writeModel(folder, `${what}.onnx`, model);
    const { session } = await openSession({ path }, PLAIN_OPTIONS);
    t.after(() => session.dispose());
    const rules = batchRulesOf(
      signatureOf(session, { dialect: 'v2', inputs: [], outputs: [] }),
      maxBatchSize,
      { ...PLAIN_BATCHING, padVariableAxes: pads },
    );
    const outputs = session.outputs.map(({ name }) => name);
    const jobs = shapes.map((shape) => ({
      rows: shape[0] ?? 0,
      outputs,
      inputs: session.inputs.map(({ name, datatype }) => whole(name, datatype as 'FP32' | 'INT32', shape)),
    }));
    const answer = await session.run(mergeInputs(jobs, rules.layout, runRows), outputs);
    const together = splitOutputs(answer, jobs, rules.layout, runRows);
    for (const [i, { inputs, rows }] of jobs.entries()) {
      const alone = rules.allowedRows.length === 0 ? await session.run(inputs, outputs) : null;
      const expected = alone ?? (await runPadded(inputs, rows));
      assert.deepEqual(plain(together[i] ?? []), plain(expected));
    }

    /** By hand: zeros behind the rows, and as many rows of the answer. */
    async function runPadded(inputs: readonly Tensor[], rows: number): Promise<readonly Tensor[]> {
      const padded = inputs.map((input) => {
        const data = new Uint8Array((input.data.byteLength / rows) * runRows);
        data.set(input.data);
        return { ...input, shape: [runRows, ...input.shape.slice(1)], data };
      });
      return (await session.run(padded, outputs)).map((output) => ({
        ...output,
        shape: [rows, ...output.shape.slice(1)],
        data: output.data.subarray(0, (output.data.byteLength / runRows) * rows),
      }));
    }
  });
}

function plain(tensors: readonly Tensor[]): readonly object[] {
  return tensors.map(({ name, shape, data }) => ({ name, shape, bytes: [...data] }));
}
