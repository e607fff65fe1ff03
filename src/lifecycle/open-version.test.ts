import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Placement } from '#device/placement.js';
import { CoreShares } from '#scheduler/core-shares.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { offerOf } from '../../test/support/server.js';
import type { ConfiguredVersion } from './offer.js';
import { openVersion } from './open-version.js';

const HOST = {
  clock: new FakeClock(),
  maxQueueSize: 1,
  cores: new CoreShares(2),
  cache: null,
  readFile: () => Promise.reject(new Error('no files here')),
};

function open(parts: Partial<ConfiguredVersion>) {
  let closed = 0;
  const facts = { engine: 'onnxruntime 1', provider: 'cpu', threads: 2, modelBytes: 1, heldBytes: 1 };
  const spec = { name: 'x', datatype: 'FP32' as const, shape: [-1] };
  const placement: Placement = {
    model: {
      platform: 'onnxruntime_onnx',
      inputs: [spec],
      outputs: [{ ...spec, name: 'y' }],
      facts,
      heapBytes: 1,
    },
    devices: [
      {
        name: 'npu:0:0',
        kind: 'npu',
        simulated: true,
        threads: 2,
        instances: null,
        label: 'warboy, software',
      },
    ],
    instances: [],
    memory: [{ type: 'CPU', id: 0, bytes: 2 }],
    proveRows: async () => null,
    close: async () => {
      closed++;
    },
  };
  const offer = offerOf({ path: 'm.onnx', ...parts });
  const opened = openVersion(offer, placement, HOST, () => {});
  return { opened, closings: () => closed };
}

const claim = { name: 'x', datatype: null, shape: null, description: null };

test('a configuration that contradicts the file gives the devices back', async () => {
  const { opened, closings } = open({ inputs: [{ ...claim, datatype: 'INT8' }] });
  await assert.rejects(opened, { code: 'INVALID_ARGUMENT' });
  assert.equal(closings(), 1);
});

test('the metadata tells what runs where, and what the configuration says of it', async () => {
  const { opened, closings } = open({
    description: 'a model',
    inputs: [{ ...claim, description: 'metres' }],
    outputs: [{ ...claim, name: 'speed' }],
  });
  const { metadata, close } = await opened;
  assert.equal(metadata.platform, 'onnxruntime_onnx');
  assert.deepEqual(
    [...metadata.inputs, ...metadata.outputs].map(({ name }) => name),
    ['x', 'speed'],
  );
  assert.deepEqual(metadata.properties, {
    description: 'a model',
    engine: 'onnxruntime 1',
    device: 'npu:0:0 (software)',
    instances: '0',
    threads_per_instance: '2',
    'input.x.description': 'metres',
  });
  await close();
  assert.equal(closings(), 1);
});

test('platform npu speaks the Furiosa dialect, under its own name', async () => {
  const { metadata } = await open({ platform: 'npu' }).opened;
  assert.deepEqual([metadata.platform, metadata.dialect, metadata.outputs[0]?.name], ['npu', 'furiosa', '0']);
});

test('the deployment tells of warm-up and of answers that are kept', async () => {
  const { deployment: plain } = await open({}).opened;
  assert.deepEqual([plain.warmup, plain.isCached, plain.scheduling.kind], [[], false, 'none']);
  const warmup = [{ name: 'w', batchSize: 1, count: 1, inputs: {} }];
  const { deployment } = await open({ warmup, isCached: true }).opened;
  assert.deepEqual([deployment.warmup, deployment.isCached], [warmup, true]);
});
