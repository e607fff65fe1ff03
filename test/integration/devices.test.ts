import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Environment } from '#config/given.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { entered } from '../support/entered.js';
import { FalseNpuTree } from '../support/false-npu-tree.js';
import { identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { indexOf, untilState } from '../support/repository.js';
import { readSettings, serve } from '../support/serve.js';
import { offerOf, type Reply, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const slowPath = writeModel(folder, 'slow.onnx', slowModel());
const quickPath = writeModel(folder, 'quick.onnx', identityModel('UINT8'));

/** A model on an NPU that takes as long as its request says. */
function onNpu(name: string, device: string, parts: Partial<ConfiguredVersion> = {}): ConfiguredVersion {
  return offerOf({ name, device, platform: 'npu', path: slowPath, ...parts });
}

function run(server: TestServer, name: string, iterations: number): Promise<Reply> {
  return server.post(`/v2/models/${name}/infer`, inferBody(tensor('iterations', 'INT64', [1], [iterations])));
}

/** Shows that `quick` is answered while `slow` runs: neither waits for the other. */
async function assertSideBySide(server: TestServer, slow: string, quick: string): Promise<void> {
  let finished = false;
  const inside = entered(`/v2/models/${slow}/infer`);
  const long = run(server, slow, 2000).finally(() => {
    finished = true;
  });
  await inside;
  const reply = await run(server, quick, 1);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(finished, false, `${quick} was answered only after ${slow} had finished`);
  assert.equal((await long).status, 200);
}

async function holders(server: TestServer): Promise<Record<string, string | null>> {
  const { json } = await server.get('/v2/devices');
  return Object.fromEntries(
    json.devices.map(({ name, holder }: { name: string; holder: string | null }) => [name, holder]),
  );
}

async function reasonOf(server: TestServer, name: string): Promise<string> {
  const line = (await indexOf(server)).find((each) => each.name === name);
  assert.equal(line?.state, 'UNAVAILABLE');
  return line.reason ?? '';
}

test('two models on two PEs serve side by side; a third is told who has them, and gets one that is given back', async (t) => {
  const offers = ['one', 'two', 'three'].map((name) => onNpu(name, 'warboy(1)*1'));
  const server = await serve((end) => t.after(end), settingsOf(offers));

  const refused = await run(server, 'three', 1);
  assert.equal(refused.status, 503);
  assert.match(
    refused.json.error,
    /All NPU device is busy: Device warboy\(1\)\*1 found but still in use \(npu:0:0 by one\/1, npu:0:1 by two\/1\)/,
  );
  assert.match(await reasonOf(server, 'three'), /^All NPU device is busy: /);
  assert.deepEqual(await holders(server), { 'npu:0:0': 'one/1', 'npu:0:1': 'two/1', cpu: null });
  await assertSideBySide(server, 'one', 'two');
  await assertSideBySide(server, 'two', 'one');

  // As long as nothing was given back, asking again changes nothing.
  const again = await server.post('/v2/repository/models/three/load', '');
  assert.equal(again.status, 400);
  assert.match(again.json.error, /load failed for model 'three'.*still in use/);

  assert.equal((await server.post('/v2/repository/models/one/unload', '')).status, 200);
  await untilState(server, 'one', 'UNAVAILABLE');
  assert.deepEqual(await holders(server), { 'npu:0:0': null, 'npu:0:1': 'two/1', cpu: null });
  assert.equal((await server.post('/v2/repository/models/three/load', '')).status, 200);
  await untilState(server, 'three', 'READY');
  assert.deepEqual(await holders(server), { 'npu:0:0': 'three/1', 'npu:0:1': 'two/1', cpu: null });
  await assertSideBySide(server, 'three', 'two');
});

test('the device list says what each PE is, that it is software, and what the processor has', async (t) => {
  const server = await serve((end) => t.after(end), settingsOf([onNpu('one', 'npu:0:1')]));
  const { status, json } = await server.get('/v2/devices');
  assert.equal(status, 200);
  const [first, second, cpu] = json.devices;
  assert.deepEqual([first.name, first.kind, first.simulated, first.holder], ['npu:0:0', 'npu', true, null]);
  assert.deepEqual(
    [second.name, second.kind, second.simulated, second.holder],
    ['npu:0:1', 'npu', true, 'one/1'],
  );
  assert.match(first.label, /warboy.*64dpes.*software/);
  assert.deepEqual([cpu.name, cpu.kind, cpu.simulated], ['cpu', 'cpu', false]);
  assert.ok(cpu.threads >= 1);
  const { json: metadata } = await server.get('/v2/models/one');
  assert.match(metadata.properties.device, /^npu:0:1 \(software\)$/);
});

const severalInstances: [
  selector: string,
  platform: 'npu' | 'cpu',
  workers: number | null,
  instances: string,
][] = [
  ['warboy(1)*2', 'npu', null, '2'],
  ['npu:0:0,npu:0:1', 'npu', null, '2'],
  ['cpu(1)*2', 'cpu', null, '2'],
  ['cpu', 'cpu', 3, '3'],
  ['warboy(1)*1', 'npu', 2, '2'],
  ['warboy(1)*2', 'npu', 2, '4'],
];

for (const [device, platform, workers, instances] of severalInstances) {
  test(`one model over ${device} with ${workers ?? 'no'} workers runs ${instances} requests at a time`, async (t) => {
    const server = await serve(
      (end) => t.after(end),
      settingsOf([onNpu('wide', device, { platform, workers })]),
    );
    assert.equal((await server.get('/v2/models/wide')).json.properties.instances, instances);
    await assertSideBySide(server, 'wide', 'wide');
  });
}

const refusals: [
  what: string,
  simulate: 'auto' | 'never' | number,
  devices: readonly string[],
  reason: RegExp,
][] = [
  [
    'a fused pair of which one PE is held',
    'auto',
    ['npu:0:1', 'warboy(2)*1'],
    /^All NPU device is busy: Device warboy\(2\)\*1 found but still in use \(npu:0:0-1 by first\/1\)$/,
  ],
  [
    'a PE of a fused pair that is held',
    'auto',
    ['warboy(2)*1', 'warboy(1)*1'],
    /^All NPU device is busy: Device warboy\(1\)\*1 found but still in use/,
  ],
  [
    'more PEs than there are',
    'auto',
    ['cpu', 'warboy(1)*3'],
    /^Device warboy\(1\)\*3 not found; this host has npu:0 \(warboy, 2 PEs, software\)$/,
  ],
  ['a card that is not there', 'auto', ['cpu', 'npu:7:0'], /^Device npu:7:0 not found; this host has npu:0 /],
  [
    'an NPU where nothing may stand in',
    'never',
    ['cpu', 'warboy(1)*1'],
    /^Device warboy\(1\)\*1 not found; there is no NPU under \/nonexistent, and devices.simulate is never$/,
  ],
  [
    'an NPU where no software device is asked for',
    0,
    ['cpu', 'warboy(1)*1'],
    /^Device warboy\(1\)\*1 not found; devices.simulate is 0/,
  ],
  ['a selector of another grammar', 'auto', ['cpu', 'rngd(1)*1'], /rngd\(1\)\*1/],
];

for (const [what, simulate, [free = '', wanted = ''], reason] of refusals) {
  test(`${what}: the reason says so, and the other model serves`, async (t) => {
    const settings = settingsOf([onNpu('first', free), onNpu('second', wanted)]);
    const server = await serve((end) => t.after(end), {
      ...settings,
      devices: { ...settings.devices, simulate },
    });
    assert.match(await reasonOf(server, 'second'), reason);
    assert.equal((await run(server, 'first', 1)).status, 200);
    assert.equal((await server.get('/v2/health/ready')).status, 503);
    assert.equal((await server.get('/v2/models/first/ready')).status, 200);
  });
}

test('`warboy*N` fixes how many software cards there are: four models on four PEs', async (t) => {
  const settings = settingsOf(
    ['a', 'b', 'c', 'd'].map((name) => onNpu(name, 'warboy(1)*1', { path: quickPath })),
  );
  const server = await serve((end) => t.after(end), {
    ...settings,
    devices: { ...settings.devices, simulate: 2 },
  });
  assert.deepEqual(await holders(server), {
    'npu:0:0': 'a/1',
    'npu:0:1': 'b/1',
    'npu:1:0': 'c/1',
    'npu:1:1': 'd/1',
    cpu: null,
  });
  assert.equal((await server.get('/v2/health/ready')).status, 200);
});

test('hardware is listed as it is, and a model on it fails for want of a driver binding and gives it back', async (t) => {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  await tree.addCard(0, { temperatures: { AMBIENT: 40_000, Peak: 50_000 } });
  await tree.addCard(1);
  const settings = settingsOf([onNpu('one', 'warboy(1)*1'), onNpu('two', 'npu:1:0-1'), onNpu('free', 'cpu')]);
  const server = await serve((end) => t.after(end), { ...settings, devices: tree.options });
  for (const [name, device] of [
    ['one', 'npu:0:0'],
    ['two', 'npu:1:0-1'],
  ] as const) {
    const reason = await reasonOf(server, name);
    assert.ok(reason.startsWith(`${device} (warboy`), reason);
    assert.match(reason, /no driver binding.*devices\.simulate.*warboy\*1/);
  }
  assert.equal((await run(server, 'free', 1)).status, 200);
  const { json } = await server.get('/v2/devices');
  const [pe, , , , cpu] = json.devices;
  assert.deepEqual(
    [pe.name, pe.simulated, pe.serial, pe.firmware, pe.driver, pe.bus_name, pe.alive, pe.holder],
    ['npu:0:0', false, 'SERIAL-warboy-0', '1.6.0, 0123456', '1.0.0, 6543210', '0000:10:00.0', true, null],
  );
  assert.equal(pe.temperature_celsius, 50);
  assert.equal(cpu.name, 'cpu');
});

test('who asks for a device while another model fails on it is told which model that was', async (t) => {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  await tree.addCard(0);
  const settings = settingsOf([onNpu('one', 'warboy(2)*1'), onNpu('two', 'warboy(2)*1')]);
  const server = await serve((end) => t.after(end), { ...settings, devices: tree.options });
  assert.match(await reasonOf(server, 'one'), /no driver binding/);
  assert.match(await reasonOf(server, 'two'), /no driver binding|still in use \(npu:0:0-1 by one\/1\)$/);
  assert.deepEqual(await holders(server), { 'npu:0:0': null, 'npu:0:1': null, cpu: null });
});

test('with hardware there, software devices serve where they are asked for', async (t) => {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  await tree.addCard(0);
  const settings = settingsOf([onNpu('one', 'warboy(1)*1')]);
  const server = await serve((end) => t.after(end), {
    ...settings,
    devices: { ...tree.options, simulate: 1 },
  });
  assert.equal((await run(server, 'one', 1)).status, 200);
  assert.equal((await server.get('/v2/devices')).json.devices[0].simulated, true);
});

const unsaid: [what: string, env: Environment, hostHasNpu: boolean, platform: string, device: string][] = [
  ['an ordinary host', {}, false, 'cpu', 'cpu'],
  ['a host with an NPU', {}, true, 'npu', 'warboy(2)*1'],
  ['FURIOSA_DEVICES set', { FURIOSA_DEVICES: 'warboy(1)*1' }, false, 'npu', 'warboy(1)*1'],
  ['NPU_DEVNAME set', { NPU_DEVNAME: 'npu0pe1' }, false, 'npu', 'npu0pe1'],
  ['both set', { FURIOSA_DEVICES: 'npu:0:0', NPU_DEVNAME: 'npu0pe1' }, false, 'npu', 'npu:0:0'],
];

for (const [what, env, hostHasNpu, platform, device] of unsaid) {
  test(`a model that names no platform, with ${what}: ${platform} on ${device}`, async (t) => {
    const list = join(folder, `${what.replaceAll(' ', '-')}.yaml`);
    writeFileSync(list, `model_config_list: [{name: quick, model: ${JSON.stringify(quickPath)}}]\n`);
    const settings = readSettings({ modelConfig: list }, env, hostHasNpu);
    assert.deepEqual(
      settings.models.map((offer) => [offer.platform, offer.device]),
      [[platform, device]],
    );
    const server = await serve((end) => t.after(end), settings);
    const { json } = await server.get('/v2/models/quick');
    assert.equal(json.platform, platform === 'npu' ? 'npu' : 'onnxruntime_onnx');
    assert.equal(json.outputs[0].name, platform === 'npu' ? '0' : 'output');
    const reply = await server.post('/v2/models/quick/infer', inferBody(tensor('input', 'UINT8', [1], [7])));
    assert.equal(reply.json.outputs[0].name, json.outputs[0].name);
    assert.equal(Object.hasOwn(reply.json, 'parameters'), platform === 'npu');
  });
}
