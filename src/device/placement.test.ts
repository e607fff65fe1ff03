import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.js';
import { hearLog } from '../../test/support/heard.js';
import { identityModel, modelDirectory, writeModel } from '../../test/support/onnx-models.js';
import { type DeviceInventory, openInventory } from './inventory.js';
import { DEFAULT_DEVICE_OPTIONS } from './options.js';
import { type PlacementRequest, place } from './placement.js';

const path = writeModel(modelDirectory(after), 'm.onnx', identityModel('UINT8'));

function requestOf(parts: Partial<PlacementRequest>): PlacementRequest {
  return {
    holder: 'm/1',
    label: 'Model#0001',
    path,
    device: 'cpu',
    workers: null,
    batchSize: null,
    allowFallback: false,
    compiler: { permuteInput: [] },
    engine: { threads: null, onnxruntime: {} },
    warmup: null,
    ...parts,
  };
}

function inventoryOf(cpus: number): Promise<DeviceInventory> {
  return openInventory(
    { ...DEFAULT_DEVICE_OPTIONS, simulate: 1 },
    { cpu: { cpus, reason: 'the test says so' } },
  );
}

const instances: [
  device: string,
  workers: number | null,
  threads: number | null,
  count: number,
  each: number,
][] = [
  ['cpu', null, null, 4, 1],
  ['cpu', null, 3, 2, 3],
  ['cpu', 1, null, 1, 6],
  ['cpu(6)*1', null, null, 1, 6],
  ['cpu', 3, null, 3, 2],
  ['cpu', 8, null, 8, 1],
  ['cpu', 2, 5, 2, 5],
  ['cpu(2)*3', null, null, 3, 2],
  ['cpu*3', null, null, 3, 2],
  ['warboy(1)*1', null, null, 1, 1],
  ['warboy(1)*2', null, null, 2, 1],
  ['warboy(1)*2', 2, null, 4, 1],
  ['warboy(2)*1', null, null, 1, 2],
];

for (const [device, workers, threads, count, each] of instances) {
  test(`${device} with ${workers ?? 'no'} workers and ${threads ?? 'no'} threads asked for: ${count} of ${each}`, async (t) => {
    const engine = { threads, onnxruntime: {} };
    const placed = await place(requestOf({ device, workers, engine }), await inventoryOf(6), new FakeClock());
    t.after(() => placed.close());
    assert.equal(placed.instances.length, count);
    assert.equal(placed.model.facts.threads, each);
  });
}

test('a load tells its story, and that it goes on while it does', async (t) => {
  const lines = hearLog(t);
  const clock = new FakeClock();
  const placing = place(requestOf({ device: 'warboy(1)*1' }), await inventoryOf(2), clock);
  for (let turn = 0; turn < 1e6 && clock.timers === 0; turn++) await new Promise(setImmediate);
  clock.advance(12_000);
  const placed = await placing;
  t.after(() => placed.close());
  assert.deepEqual(
    lines.filter((line) => line.includes('Model#0001')),
    [
      'INFO Model#0001 is being loaded to npu:0:0',
      'INFO Compiling Model#0001 (target: warboy-b0, 64dpes, software, file: m.onnx, size: 113 B)',
      'INFO Model#0001 is still being loaded (113 B, 5 secs so far)',
      'INFO Model#0001 is still being loaded (113 B, 10 secs so far)',
      'INFO Model#0001 has been compiled successfully (took 12.00 secs)',
      'INFO Model#0001: warmed up 1 instance in 0.00 secs',
      'INFO npu:0:0 has scheduled to Model#0001',
    ],
  );
  assert.equal(clock.timers, 0);
});

test('a load that fails gives its devices back', async () => {
  const inventory = await inventoryOf(2);
  const broken = requestOf({ device: 'warboy(2)*1', path: `${path}.missing` });
  await assert.rejects(place(broken, inventory, new FakeClock()), { message: /^m\.onnx\.missing: / });
  const placed = await place(requestOf({ device: 'warboy(2)*1' }), inventory, new FakeClock());
  await placed.close();
});
