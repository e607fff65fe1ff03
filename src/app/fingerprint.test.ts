import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  bytesOf,
  identityModel,
  modelDirectory,
  tensorInfo,
  writeModel,
} from '../../test/support/onnx-models.js';
import { encodeModel } from '../../test/support/onnx-writer.js';
import { offerOf } from '../../test/support/server.js';
import { fileStateOf, fingerprintOf, type RunFacts, type RunSettings } from './fingerprint.js';

const folder = modelDirectory(after);
const facts: RunFacts = { engine: 'onnxruntime 1', provider: 'cpu' };

/** A model whose weights lie beside it. */
function weightsBeside(name: string, weight: number): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'weights.bin'), bytesOf(Float32Array.of(weight)));
  const external = { location: 'weights.bin', offset: 0, length: 4 };
  return writeModel(
    place,
    'model.onnx',
    encodeModel({
      graph: {
        nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
        initializers: [{ name: 'w', type: 'FLOAT', shape: [1], external }],
        inputs: [tensorInfo('x', 'FP32', [1])],
        outputs: [tensorInfo('y', 'FP32', [1])],
      },
    }),
  );
}

function fingerprint(path: string, settings: Partial<RunSettings> = {}, other: Partial<RunFacts> = {}) {
  return fingerprintOf(path, { ...offerOf({ path }), ...settings }, { ...facts, ...other });
}

const path = writeModel(folder, 'one.onnx', identityModel('FP32'));
const same = writeModel(folder, 'same.onnx', identityModel('FP32'));
const other = writeModel(folder, 'other.onnx', identityModel('INT32'));
const [light, heavy] = [weightsBeside('light', 1), weightsBeside('heavy', 2)];
const lightAgain = weightsBeside('light-again', 1);
const { compiler, engine } = offerOf({ path });

test('the same contents have the same fingerprint, wherever they lie', async () => {
  assert.equal(await fingerprint(path), await fingerprint(same));
  assert.equal(await fingerprint(light), await fingerprint(lightAgain));
});

test('what can change an answer changes the fingerprint: files, weights beside them, engine, settings', async () => {
  const all = [
    await fingerprint(path),
    await fingerprint(other),
    await fingerprint(light),
    await fingerprint(heavy),
    await fingerprint(path, { batchSize: 2 }),
    await fingerprint(path, { compiler: { ...compiler, permuteInput: [[0, 2, 1]] } }),
    await fingerprint(path, { engine: { ...engine, threads: 3 } }),
    await fingerprint(path, {}, { engine: 'onnxruntime 2' }),
    await fingerprint(path, {}, { provider: 'cuda:0' }),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('a file that is written again or replaced has another state', async () => {
  const moving = writeModel(folder, 'moving.onnx', identityModel('FP32'));
  const before = await fileStateOf(moving);
  assert.equal(await fileStateOf(moving), before);
  renameSync(writeModel(folder, 'next.onnx', identityModel('FP32')), moving);
  assert.notEqual(await fileStateOf(moving), before);
  assert.equal(await fileStateOf(join(folder, 'nothing.onnx')), '');
});
