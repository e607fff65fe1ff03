import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { SessionData } from '#worker/messages.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import {
  addSubModel,
  bytesOf,
  failingModel,
  identityModel,
  matMulModel,
  modelDirectory,
  tensorInfo,
  writeModel,
} from '../../test/support/onnx-models.js';
import { encodeModel, type Node, type TensorDef } from '../../test/support/onnx-writer.js';
import { EngineHost } from './engine-host.js';
import { proveRows, type RowsProof } from './rows-proof.js';
import { threadWall } from './thread-wall.js';

const folder = modelDirectory(after);
let written = 0;

async function proofOf(t: TestContext, bytes: Uint8Array): Promise<RowsProof> {
  const path = writeModel(folder, `${written++}.onnx`, bytes);
  const data: SessionData = { artifact: { path }, options: PLAIN_OPTIONS };
  const thread = new EngineHost(threadWall()).open(data);
  t.after(() => thread.close());
  return await proveRows(await thread.loaded, (inputs, outputs) => thread.run(inputs, outputs));
}

/** A model from `x` (FP32 [n,4]) to `y` of the same shape. */
function rowsModel(nodes: readonly Node[], initializers: readonly TensorDef[] = []): Uint8Array {
  const shape = ['n', 4];
  return encodeModel({
    graph: {
      nodes,
      initializers,
      inputs: [tensorInfo('x', 'FP32', shape)],
      outputs: [tensorInfo('y', 'FP32', shape)],
    },
  });
}

/** What is only right for one row: `y` = `x` in the shape [1,4]. */
const flattened = rowsModel(
  [{ op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
  [{ name: 'shape', type: 'INT64', shape: [2], raw: bytesOf(BigInt64Array.of(1n, 4n)) }],
);

/** Each element less the mean of its column. */
const centred = rowsModel([
  { op: 'ReduceMean', inputs: ['x'], outputs: ['mean'], attributes: { axes: [0], keepdims: 1 } },
  { op: 'Sub', inputs: ['x', 'mean'], outputs: ['y'] },
]);

const softmax = (axis: number): Uint8Array =>
  rowsModel([{ op: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis } }]);

/** A sequence of steps that is taken for a batch: every step adds those before it. */
const running = rowsModel(
  [{ op: 'CumSum', inputs: ['x', 'axis'], outputs: ['y'] }],
  [{ name: 'axis', type: 'INT32', shape: [], raw: bytesOf(Int32Array.of(0)) }],
);

/** The largest elements of squares of an image of any size. */
const pooled = (kernel: number): Uint8Array =>
  encodeModel({
    graph: {
      nodes: [
        {
          op: 'MaxPool',
          inputs: ['x'],
          outputs: ['y'],
          attributes: { kernel_shape: [kernel, kernel] },
        },
      ],
      inputs: [tensorInfo('x', 'FP32', ['n', 1, 'h', 'w'])],
      outputs: [tensorInfo('y', 'FP32', ['n', 1, 'oh', 'ow'])],
    },
  });

const random = rowsModel([{ op: 'RandomUniformLike', inputs: ['x'], outputs: ['y'] }]);

/** The rows without any of their columns. */
const emptied = encodeModel({
  graph: {
    nodes: [{ op: 'Slice', inputs: ['x', 'zero', 'zero', 'one'], outputs: ['y'] }],
    initializers: [
      { name: 'zero', type: 'INT64', shape: [1], raw: bytesOf(BigInt64Array.of(0n)) },
      { name: 'one', type: 'INT64', shape: [1], raw: bytesOf(BigInt64Array.of(1n)) },
    ],
    inputs: [tensorInfo('x', 'FP32', ['n', 4])],
    outputs: [tensorInfo('y', 'FP32', ['n', 0])],
  },
});

const table: [name: string, bytes: Uint8Array, kind: RowsProof['kind'], why: RegExp][] = [
  ['element by element', addSubModel('FP32'), 'independent', /^$/],
  ['integers', addSubModel('INT64'), 'independent', /^$/],
  ['texts', identityModel('BYTES', ['n', 2]), 'independent', /^$/],
  ['truth values', identityModel('BOOL', ['n', 2]), 'independent', /^$/],
  ['a product of matrices', matMulModel(), 'independent', /^$/],
  ['a softmax within rows', softmax(1), 'independent', /^$/],
  ['other open axes', pooled(3), 'independent', /^$/],
  ['other open axes that must be longer', pooled(50), 'independent', /^$/],
  ['indices into a short table', failingModel(), 'independent', /^$/],
  [
    'a softmax over the rows',
    softmax(0),
    'mixed',
    /^element 0 of row 0 of output 'y' is 0\.\d+ in a batch and 1 alone$/,
  ],
  ['less the mean of the rows', centred, 'mixed', /in a batch and 0 alone$/],
  ['a sequence', running, 'mixed', /^element 0 of row 1 /],
  ['one row and no more', flattened, 'mixed', /^two rows cannot be run as one batch \(.*/],
  ['random answers', random, 'unknown', /^it answers the same request differently every time$/],
  ['other open axes that are never long enough', pooled(300), 'unknown', /./],
  ['no answer at all', emptied, 'unknown', /^its answers are empty$/],
  [
    'rows too large to try',
    identityModel('FP32', ['n', 5000, 5000]),
    'unknown',
    /^its rows are too large to try$/,
  ],
];

for (const [name, bytes, kind, why] of table) {
  test(`rows of a model with ${name}: ${kind}`, async (t) => {
    const proof = await proofOf(t, bytes);
    assert.equal(proof.kind, kind, JSON.stringify(proof));
    assert.match(proof.kind === 'independent' ? '' : proof.why, why);
  });
}
