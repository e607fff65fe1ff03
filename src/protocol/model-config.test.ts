import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import type { Deployment, Place } from '#inference/deployment.js';
import type { ModelMetadata } from '#inference/metadata.js';
import { ModelConfigSchema } from '#protocol/grpc/gen/model_config_pb.js';
import type { Loose } from '../../test/support/grpc-client.js';
import { modelConfigOf } from './model-config.js';

const metadata: ModelMetadata = {
  name: 'm',
  version: '1',
  platform: 'onnxruntime_onnx',
  dialect: 'v2',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4, -1] }],
  outputs: [{ name: 'y', datatype: 'BYTES', shape: [-1], labelFile: 'labels.txt' }],
  maxBatchSize: 8,
  properties: { engine: 'onnxruntime 1' },
};

const cpu: Place = { device: 'cpu', kind: 'cpu', simulated: false, instances: 2 };

function configOf(parts: Partial<ModelMetadata>, places: readonly Place[] = [cpu]): Loose {
  const deployment: Deployment = { fileName: 'm.onnx', platform: 'onnxruntime_onnx', places };
  return modelConfigOf({ ...metadata, ...parts }, deployment);
}

test('the axis of the batch is left out where there is one', () => {
  const { max_batch_size, input, output } = configOf({});
  assert.equal(max_batch_size, 8);
  assert.deepEqual([input[0].dims, output[0].dims], [[4, -1], []]);
});

test('the axis of the batch need not be the first', () => {
  const { input } = configOf({ inputs: [{ name: 'x', datatype: 'FP32', shape: [3, -1, 4], batchAxis: 1 }] });
  assert.deepEqual(input[0].dims, [3, 4]);
});

test('without a batch every axis is told', () => {
  const { max_batch_size, input, output } = configOf({ maxBatchSize: 0 });
  assert.equal(max_batch_size, 0);
  assert.deepEqual([input[0].dims, output[0].dims], [[-1, 4, -1], [-1]]);
});

test('backend, file, types and properties are told in their own words', () => {
  const { backend, default_model_filename, input, output, parameters } = configOf({});
  assert.deepEqual([backend, default_model_filename], ['onnxruntime', 'm.onnx']);
  assert.deepEqual([input[0].data_type, output[0].data_type], ['TYPE_FP32', 'TYPE_STRING']);
  assert.equal(output[0].label_filename, 'labels.txt');
  assert.deepEqual(parameters, { engine: { string_value: 'onnxruntime 1' } });
});

const kinds: [place: Partial<Place>, kind: string, gpus: number[]][] = [
  [{}, 'KIND_CPU', []],
  [{ device: 'cuda:1', kind: 'cuda' }, 'KIND_GPU', [1]],
  [{ device: 'npu:0:0', kind: 'npu' }, 'KIND_MODEL', []],
  [{ device: 'npu:0:0', kind: 'npu', simulated: true }, 'KIND_CPU', []],
];

for (const [place, kind, gpus] of kinds) {
  test(`copies on ${JSON.stringify(place)} are of the kind ${kind}`, () => {
    const { instance_group } = configOf({}, [cpu, { ...cpu, ...place }]);
    const { name, count, kind: found, gpus: ids } = instance_group[1];
    assert.deepEqual([name, count, found, ids], ['m_1', 2, kind, gpus]);
  });
}

test('it is a ModelConfig, field for field', () => {
  const config = configOf({});
  const options = { alwaysEmitImplicit: true, useProtoFieldName: true };
  const told = toJson(ModelConfigSchema, fromJson(ModelConfigSchema, config as JsonValue), options);
  // Protobuf's JSON has 64-bit integers as strings; Triton's has numbers.
  assert.deepEqual(JSON.parse(JSON.stringify(told).replace(/"(-?\d+)"/g, '$1')), config);
});
