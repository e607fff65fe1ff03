import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { modelDirectory, writeModel } from '../../test/support/onnx-models.js';
import { modelBytes } from './model-bytes.js';

const folder = modelDirectory(after);
const graph = new TextEncoder().encode('a graph whose weights are in weights.bin and in small.bin');
const path = writeModel(folder, 'model.onnx', graph);
const MIB = 1024 * 1024;

test('a model has the bytes of its file, and of the large files beside it that it names', async () => {
  assert.equal(await modelBytes(path), graph.length);
  writeModel(folder, 'other.bin', new Uint8Array(2 * MIB));
  writeModel(folder, 'small.bin', new Uint8Array(MIB - 1));
  assert.equal(await modelBytes(path), graph.length);
  writeModel(folder, 'weights.bin', new Uint8Array(MIB));
  assert.equal(await modelBytes(path), graph.length + MIB);
});

test('a model that is not there has no bytes', async () => {
  assert.equal(await modelBytes(`${path}.missing`), 0);
  assert.equal(await modelBytes(folder), 0);
});
