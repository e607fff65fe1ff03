import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelMetadata } from '#inference/metadata.js';
import { encodeModelMetadata, encodeServerMetadata } from './encode-metadata.js';

const mnist: ModelMetadata = {
  name: 'mnist',
  version: '1',
  platform: 'npu',
  dialect: 'furiosa',
  inputs: [{ name: 'input', datatype: 'UINT8', shape: [1, 28, 28, 1], description: 'a digit' }],
  outputs: [
    {
      name: '0',
      datatype: 'UINT8',
      shape: [-1, 10],
      quantization: { scales: [0.5], zeroPoints: [0], axis: null },
    },
  ],
  maxBatchSize: 0,
  properties: {},
};

test('a model is described by what V2 knows', () => {
  assert.equal(
    encodeModelMetadata(mnist, ['1', '2']).toString(),
    '{"name":"mnist","versions":["1","2"],"platform":"npu",' +
      '"inputs":[{"name":"input","datatype":"UINT8","shape":[1,28,28,1]}],' +
      '"outputs":[{"name":"0","datatype":"UINT8","shape":[-1,10]}]}',
  );
});

test('properties are there when there are any', () => {
  const text = encodeModelMetadata({ ...mnist, properties: { engine: 'LiteRT' } }, []).toString();
  assert.match(text, /,"properties":{"engine":"LiteRT"}}$/);
});

test('a server is described by name, version and extensions', () => {
  assert.equal(
    encodeServerMetadata({
      name: 'furiosa-server',
      version: '0.1.0',
      extensions: ['model_repository'],
    }).toString(),
    '{"name":"furiosa-server","version":"0.1.0","extensions":["model_repository"]}',
  );
});
