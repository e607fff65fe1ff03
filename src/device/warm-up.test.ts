import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { TensorSpec } from '#inference/metadata.js';
import { encodeTexts } from '#tensor/byte-strings.js';
import type { Tensor } from '#tensor/tensor.js';
import type { LoadedModel } from '#worker/messages.js';
import { hearLog } from '../../test/support/heard.js';
import { bytesOf, modelDirectory, writeModel } from '../../test/support/onnx-models.js';
import { warmUpWith } from './warm-up.js';
import type { WarmupInput, WarmupSample } from './warmup-sample.js';

const folder = modelDirectory(after);
const floats = writeModel(folder, 'floats.bin', bytesOf(Float32Array.of(1, 2, 3)));
const texts = writeModel(folder, 'texts.bin', encodeTexts(['a', 'bc']));

const spec = (name: string, datatype: TensorSpec['datatype'], shape: readonly number[]): TensorSpec => ({
  name,
  datatype,
  shape,
});

function modelOf(...inputs: readonly TensorSpec[]): LoadedModel {
  const facts = { engine: 'none', provider: 'cpu', threads: 1, modelBytes: 0, heldBytes: 0 };
  return {
    platform: 'none',
    inputs,
    outputs: [spec('y', 'FP32', [-1]), spec('z', 'FP32', [-1])],
    facts,
    heapBytes: 0,
  };
}

function sampleOf(inputs: Record<string, WarmupInput>, parts: Partial<WarmupSample> = {}): WarmupSample {
  return { name: 's', batchSize: 0, count: 1, inputs, ...parts };
}

/** A session that notes what it is given, and fails where `fault` is. */
function recorder(fault: string | null = null) {
  const runs: (readonly Tensor[])[] = [];
  const wanted: (readonly string[])[] = [];
  return {
    runs,
    wanted,
    run: async (inputs: readonly Tensor[], outputs: readonly string[]) => {
      runs.push(inputs);
      wanted.push(outputs);
      if (fault !== null) throw new Error(fault);
      return { outputs: [], runNs: 1, agoNs: 0 };
    },
  };
}

const shapesOf = (inputs: readonly Tensor[] | undefined): unknown =>
  inputs?.map(({ name, shape, data }) => [name, shape, data.byteLength]);

test('nothing said: one run of zeros, a row for each input', async () => {
  const { runs, wanted, run } = recorder();
  const warmUp = await warmUpWith(null);
  const model = modelOf(spec('x', 'FP32', [-1, 3]), spec('n', 'INT64', []), spec('t', 'BYTES', [2]));
  assert.equal(await warmUp(model, run), 1);
  assert.deepEqual(shapesOf(runs[0]), [
    ['x', [1, 3], 12],
    ['n', [], 8],
    ['t', [2], 8],
  ]);
  assert.ok(runs[0]?.every(({ data }) => data.every((byte) => byte === 0)));
  assert.deepEqual(wanted, [['y', 'z']]);
});

test('nothing said, and an axis that only a request can know: nothing is run', async () => {
  const { runs, run } = recorder();
  const warmUp = await warmUpWith(null);
  assert.equal(await warmUp(modelOf(spec('x', 'FP32', [-1, -1])), run), 0);
  assert.deepEqual(runs, []);
});

test('nothing said, and zeros that the model does not take: no harm', async (t) => {
  const heard = hearLog(t);
  const warmUp = await warmUpWith(null);
  assert.equal(await warmUp(modelOf(spec('x', 'FP32', [3])), recorder('no zeros').run), 0);
  assert.deepEqual(heard, ['DEBUG a run of zeros to warm up with failed: no zeros']);
});

test('no samples: nothing is run', async () => {
  const { runs, run } = recorder();
  assert.equal(await (await warmUpWith([]))(modelOf(spec('x', 'FP32', [3])), run), 0);
  assert.deepEqual(runs, []);
});

test('samples are run in their order, each as often as it says, with bytes of its own each time', async () => {
  const { runs, run } = recorder();
  const x = (data: WarmupInput['data']): Record<string, WarmupInput> => ({
    x: { datatype: 'FP32', dims: [3], data },
  });
  const warmUp = await warmUpWith([
    sampleOf(x('zero'), { batchSize: 2 }),
    sampleOf(x({ file: floats }), { batchSize: 2, count: 2 }),
    sampleOf(x('random'), { batchSize: 1 }),
  ]);
  const model = modelOf(spec('x', 'FP32', [-1, 3]));
  assert.equal(await warmUp(model, run), 4);
  assert.deepEqual(runs.map(shapesOf), [
    [['x', [2, 3], 24]],
    [['x', [2, 3], 24]],
    [['x', [2, 3], 24]],
    [['x', [1, 3], 12]],
  ]);
  const data = runs.map(([tensor]) => new Float32Array(tensor?.data.buffer ?? new ArrayBuffer(0)));
  assert.deepEqual([...(data[1] ?? [])], [1, 2, 3, 1, 2, 3]);
  assert.notEqual(runs[1]?.[0]?.data.buffer, runs[2]?.[0]?.data.buffer);
  assert.deepEqual(data[1], data[2]);
  assert.ok(data[3]?.some((value) => value > 0));
  // Another instance of the model.
  const again = recorder();
  await warmUp(model, again.run);
  assert.deepEqual(again.runs, runs);
});

test('a model without a batch axis takes the dims as they are; texts come from a file as they travel', async () => {
  const { runs, run } = recorder();
  const warmUp = await warmUpWith([sampleOf({ t: { datatype: 'BYTES', dims: [2], data: { file: texts } } })]);
  await warmUp(modelOf(spec('t', 'BYTES', [2])), run);
  assert.deepEqual(runs[0]?.[0], {
    name: 't',
    datatype: 'BYTES',
    shape: [2],
    data: encodeTexts(['a', 'bc']),
  });
});

const wrongFiles: [what: string, input: WarmupInput, message: string][] = [
  [
    'other elements',
    { datatype: 'FP32', dims: [28, 28], data: { file: floats } },
    "model_warmup 's': input 'x' has 3 elements, 784 were expected",
  ],
  [
    'half elements',
    { datatype: 'FP64', dims: [2], data: { file: floats } },
    "model_warmup 's': input 'x' has 12 bytes, 16 were expected",
  ],
  [
    'too few texts',
    { datatype: 'BYTES', dims: [3], data: { file: texts } },
    "model_warmup 's': input 'x' needs 3 BYTES elements, but its data ends after 2",
  ],
  [
    'nothing',
    { datatype: 'FP32', dims: [3], data: { file: `${floats}.missing` } },
    "model_warmup 's': input 'x': the file floats.bin.missing cannot be read (ENOENT)",
  ],
  [
    'open dims',
    { datatype: 'FP32', dims: [-1], data: 'zero' },
    "model_warmup 's': input 'x' has the dims [-1], and only sizes of 0 or more were expected",
  ],
];

for (const [what, input, message] of wrongFiles) {
  test(`a sample with ${what} is refused before anything is loaded`, async () => {
    await assert.rejects(warmUpWith([sampleOf({ x: input })]), { code: 'INVALID_ARGUMENT', message });
  });
}

const zeros = (datatype: WarmupInput['datatype'], dims: readonly number[]): WarmupInput => ({
  datatype,
  dims,
  data: 'zero',
});

const wrongSamples: [inputs: Record<string, WarmupInput>, batchSize: number, message: string][] = [
  [{}, 0, "model_warmup 's': input 'x' is missing"],
  [{ x: zeros('FP64', [3]) }, 1, "model_warmup 's': input 'x' is FP64, FP32 was expected"],
  [{ x: zeros('FP32', [3]) }, 0, "model_warmup 's': input 'x' has the shape [3], [-1,3] was expected"],
  [{ x: zeros('FP32', [4]) }, 2, "model_warmup 's': input 'x' has the shape [2,4], [-1,3] was expected"],
  [
    { x: zeros('FP32', [3]), q: zeros('FP32', [3]) },
    1,
    "model_warmup 's': the model has no input 'q'; its inputs are 'x'",
  ],
];

for (const [inputs, batchSize, message] of wrongSamples) {
  test(`a sample that is not for the model is refused: ${message}`, async () => {
    const warmUp = await warmUpWith([sampleOf(inputs, { batchSize })]);
    const { run, runs } = recorder();
    await assert.rejects(warmUp(modelOf(spec('x', 'FP32', [-1, 3])), run), {
      code: 'INVALID_ARGUMENT',
      message,
    });
    assert.deepEqual(runs, []);
  });
}

test('a sample that the engine cannot run names itself', async (t: TestContext) => {
  const heard = hearLog(t);
  const warmUp = await warmUpWith([sampleOf({ x: zeros('FP32', [3]) })]);
  const refused = warmUp(modelOf(spec('x', 'FP32', [3])), recorder('it raised').run);
  await assert.rejects(refused, { code: 'INTERNAL', message: "model_warmup 's': it raised" });
  assert.deepEqual(heard, []);
});
