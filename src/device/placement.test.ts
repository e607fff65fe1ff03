import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.js';
import { hearLog } from '../../test/support/heard.js';
import {
  identityModel,
  matMulModel,
  modelDirectory,
  tensorInfo,
  writeModel,
} from '../../test/support/onnx-models.js';
import { encodeModel } from '../../test/support/onnx-writer.js';
import { EngineHosts } from './engine-hosts.js';
import { type DeviceInventory, openInventory } from './inventory.js';
import { PLAIN_ISOLATION } from './isolation.js';
import { DEFAULT_DEVICE_OPTIONS } from './options.js';
import { type Grounds, type PlacementRequest, place } from './placement.js';
import type { WarmupSample } from './warmup-sample.js';

const directory = modelDirectory(after);
const path = writeModel(directory, 'm.onnx', identityModel('UINT8'));

const softmaxOverRows = encodeModel({
  graph: {
    nodes: [{ op: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis: 0 } }],
    inputs: [tensorInfo('x', 'FP32', ['n', 4])],
    outputs: [tensorInfo('y', 'FP32', ['n', 4])],
  },
});

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
    isolation: PLAIN_ISOLATION,
    warmup: null,
    ...parts,
  };
}

const on = (inventory: DeviceInventory): Grounds => ({ inventory, hosts: new EngineHosts() });

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
    const placed = await place(
      requestOf({ device, workers, engine }),
      on(await inventoryOf(6)),
      new FakeClock(),
    );
    t.after(() => placed.close());
    assert.equal(placed.instances.length, count);
    assert.equal(placed.model.facts.threads, each);
  });
}

test('a load tells its story, and that it goes on while it does', async (t) => {
  const lines = hearLog(t);
  const clock = new FakeClock();
  const placing = place(requestOf({ device: 'warboy(1)*1' }), on(await inventoryOf(2)), clock);
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
  await assert.rejects(place(broken, on(inventory), new FakeClock()), { message: /^m\.onnx\.missing: / });
  const placed = await place(requestOf({ device: 'warboy(2)*1' }), on(inventory), new FakeClock());
  await placed.close();
});

test('why there are so many instances is in the log, where nobody said it', async (t) => {
  const lines = hearLog(t);
  for (const device of ['cpu', 'cpu*2']) {
    const placed = await place(requestOf({ device }), on(await inventoryOf(2)), new FakeClock());
    await placed.close();
  }
  const [chosen, asked] = lines.filter((line) => line.includes('Creating'));
  assert.match(
    chosen ?? '',
    /^INFO Creating 2 Contexts on cpu \(onnxruntime .*, cpu, 1 thread each; 2 CPUs shared out\)$/,
  );
  assert.match(asked ?? '', /^INFO Creating 2 Contexts on cpu \(onnxruntime .*, cpu, 1 thread each\)$/);
});

test('a model that is large for the memory is loaded once, with all threads', async (t) => {
  const inventory = await openInventory(
    { ...DEFAULT_DEVICE_OPTIONS, simulate: 1 },
    { cpu: { cpus: 4, reason: 'so' }, memory: { bytes: 1000, reason: 'so' } },
  );
  const placed = await place(requestOf({}), on(inventory), new FakeClock());
  t.after(() => placed.close());
  assert.deepEqual([placed.instances.length, placed.model.facts.threads], [1, 4]);
  assert.deepEqual(
    placed.instances.map(({ hostThreads }) => hostThreads),
    [4],
  );
});

test('every instance is warmed up with the samples; one that is wrong fails the load and gives the devices back', async (t) => {
  const lines = hearLog(t);
  const inventory = await inventoryOf(2);
  const good: WarmupSample = {
    name: 'good',
    batchSize: 0,
    count: 3,
    inputs: { input: { datatype: 'UINT8', dims: [5], data: 'random' } },
  };
  const wrong = { ...good, name: 'wrong', inputs: {} };
  const device = 'warboy(1)*2';
  await assert.rejects(place(requestOf({ device, warmup: [good, wrong] }), on(inventory), new FakeClock()), {
    code: 'INVALID_ARGUMENT',
    message: "m.onnx: model_warmup 'wrong': input 'input' is missing",
  });
  for (const warmup of [[], [good]]) {
    const placed = await place(requestOf({ device, warmup }), on(inventory), new FakeClock());
    await placed.close();
  }
  assert.deepEqual(
    lines.filter((line) => line.includes('warm')),
    ['INFO Model#0001: warmed up 2 instances in 0.00 secs'],
  );
});

test('a model whose rows depend on each other is warned of', async (t) => {
  const lines = hearLog(t);
  const proofOf = async (bytes: Uint8Array): Promise<boolean | null> => {
    const file = writeModel(directory, 'rows.onnx', bytes);
    const placed = await place(requestOf({ path: file }), on(await inventoryOf(1)), new FakeClock());
    t.after(() => placed.close());
    return await placed.proveRows();
  };
  assert.equal(await proofOf(matMulModel()), true);
  assert.equal(await proofOf(identityModel('FP32', ['n', 5000, 5000])), null);
  assert.equal(await proofOf(softmaxOverRows), false);
  const [warning, ...others] = lines.filter((line) => line.startsWith('WARN'));
  assert.match(
    warning ?? '',
    /^WARN Model#0001: requests are not joined into batches, because the rows of rows\.onnx depend on each other: element 0 of row 0 of output 'y' is .* alone; dynamic_batching: true joins them all the same$/,
  );
  assert.deepEqual(others, []);
});

for (const wall of ['thread', 'process'] as const) {
  test(`instances share weights, each in a ${wall}, and one alone uses the copy once it is there`, async (t) => {
    const weightBytes = 2048 * 1024 * 4;
    const large = encodeModel({
      graph: {
        nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
        initializers: [
          { name: 'w', type: 'FLOAT', shape: [2048, 1024], raw: new Uint8Array(weightBytes).fill(1) },
        ],
        inputs: [tensorInfo('x', 'FP32', [1, 2048])],
        outputs: [tensorInfo('y', 'FP32', [1, 1024])],
      },
    });
    const folder = join(directory, `prepared-${wall}`);
    const grounds = {
      ...on(await inventoryOf(2)),
      sharing: { mode: 'auto', folder, maxBytes: 1024 ** 3 },
    } as const;
    const isolation = { ...PLAIN_ISOLATION, wall };
    const request = requestOf({
      path: writeModel(directory, 'large.onnx', large),
      device: 'cpu(1)',
      isolation,
    });
    const one = await place({ ...request, workers: 1 }, grounds, new FakeClock());
    t.after(() => one.close());
    assert.equal(one.model.facts.sharedBytes, undefined);
    assert.equal(existsSync(folder) && readdirSync(folder).some((name) => name !== 'notes'), false);
    const three = await place({ ...request, workers: 3 }, grounds, new FakeClock());
    t.after(() => three.close());
    const { sharedBytes = 0, heldBytes } = three.model.facts;
    assert.ok(sharedBytes >= weightBytes);
    assert.equal(readdirSync(folder).filter((name) => name !== 'notes').length, 1);
    assert.ok(heldBytes >= sharedBytes);
    const next = await place({ ...request, workers: 1 }, grounds, new FakeClock());
    t.after(() => next.close());
    assert.equal(next.model.facts.sharedBytes, sharedBytes);
  });
}
