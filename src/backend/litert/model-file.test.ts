import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediapipePath, seedModel } from '../../../test/support/real-models.js';
import { addAndSubtract, modelFolder, reshape } from '../../../test/support/tflite-models.js';
import { TENSOR_TYPE, writeTflite } from '../../../test/support/tflite-writer.js';
import { summarizeTflite } from './model-file.js';

const save = modelFolder();

test('a summary says what the file says', async () => {
  const draft = {
    ...reshape(TENSOR_TYPE.INT8, [2, 3], [6]),
    more: [addAndSubtract()],
    description: 'a test',
    signatures: [{ key: 'serve', inputs: [['in', 0]], outputs: [['out', 2]] }],
  } as const;
  assert.deepEqual(await summarizeTflite(save('summary', draft)), {
    format: 'tflite',
    fileBytes: writeTflite(draft).length,
    facts: {
      schema: 'TFLite 3',
      description: 'a test',
      signatures: 'serve',
      subgraphs: '2',
      tensors: '7',
      buffers: '2 with 4 bytes',
    },
    inputs: [{ name: 'in', datatype: 'INT8', shape: [2, 3] }],
    outputs: [{ name: 'out', datatype: 'INT8', shape: [6] }],
    operators: [
      { name: 'ADD', count: 1 },
      { name: 'RESHAPE', count: 1 },
      { name: 'SUB', count: 1 },
    ],
    parameterCount: 1,
    quantized: false,
  });
});

test('open axes are told, with the size they are served with', async () => {
  const { facts } = await summarizeTflite(save('open', addAndSubtract({ shapeSignature: [-1, 4] })));
  assert.match(facts['open axes'] ?? '', /^a \[-1,4\], served as \[1,4\]; b /);
});

test('integers with scales make a model quantized', async () => {
  const of = async (type: number): Promise<boolean> =>
    (await summarizeTflite(save('quantized', addAndSubtract({ type, scales: [1] })))).quantized;
  assert.deepEqual([await of(TENSOR_TYPE.INT8), await of(TENSOR_TYPE.FLOAT32)], [true, false]);
});

test('a real model: operators by frequency, custom ones by name', async () => {
  const summary = await summarizeTflite(mediapipePath('selfie_segmentation/selfie_segmentation.tflite'));
  assert.deepEqual(summary.operators.slice(0, 3), [
    { name: 'DEQUANTIZE', count: 110 },
    { name: 'CONV_2D', count: 43 },
    { name: 'RELU', count: 22 },
  ]);
  assert.ok(summary.operators.some(({ name }) => name === 'Convolution2DTransposeBias'));
  assert.equal(summary.parameterCount, 106_407);
});

const seed = seedModel();
test('the model of the seed', {
  skip: seed ? false : 'the seed document is not at ../shared/data/seed',
}, async () => {
  assert.ok(seed);
  const { facts, inputs, quantized } = await summarizeTflite(seed.path);
  const { description } = facts;
  assert.equal(description, 'TOCO Converted.');
  assert.equal(inputs[0]?.name, 'input');
  assert.equal(inputs[0].quantization?.zeroPoints[0], 128);
  assert.ok(quantized);
});

test('a broken file is refused in one sentence', async () => {
  const path = save('broken', writeTflite(addAndSubtract()).slice(0, 300));
  await assert.rejects(summarizeTflite(path), {
    code: 'INVALID_ARGUMENT',
    message: /^the TFLite file is damaged/,
  });
});
