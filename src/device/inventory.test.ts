import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ErrorCode, ServingError } from '#core/errors.js';
import { type FalseCard, FalseNpuTree } from '../../test/support/false-npu-tree.js';
import { hearLog } from '../../test/support/heard.js';
import type { OpenDevice } from './busy.js';
import { type DeviceInventory, type InventoryParts, openInventory } from './inventory.js';
import type { DeviceLease } from './lease.js';
import type { DeviceOptions } from './options.js';

const CPU = { cpus: 4, reason: 'the test says so' };

/** An inventory of made-up cards; without any, of software ones. */
async function inventoryOf(
  t: TestContext,
  cards: readonly FalseCard[] = [],
  options: Partial<DeviceOptions> = {},
  parts: Partial<InventoryParts> = {},
): Promise<{ inventory: DeviceInventory; tree: FalseNpuTree }> {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  for (const [index, card] of cards.entries()) await tree.addCard(index, card);
  const inventory = await openInventory({ ...tree.options, ...options }, { cpu: CPU, ...parts });
  return { inventory, tree };
}

const names = (lease: DeviceLease): string[] => lease.devices.map(({ name }) => name);

async function refused(
  attempt: Promise<unknown>,
  code: ErrorCode,
  message: string | RegExp,
): Promise<ServingError> {
  const error = await attempt.then(
    () => assert.fail('it was lent'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ServingError, String(error));
  assert.equal(error.code, code);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
  return error;
}

/** Opening that finds some files held, by their names' endings. */
const holding =
  (...busy: readonly string[]): OpenDevice =>
  async (path) => {
    if (busy.some((name) => path.endsWith(name))) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
    return { close: async () => {} };
  };

test('software PEs are lent one at a time, and come back', async (t) => {
  const { inventory } = await inventoryOf(t);
  const first = await inventory.lease('warboy(1)*1', 'mnist');
  const second = await inventory.lease('warboy(1)*1', 'ssd');
  assert.deepEqual(first.devices, [
    {
      name: 'npu:0:0',
      kind: 'npu',
      simulated: true,
      threads: 1,
      instances: null,
      label: 'warboy-b0, 64dpes, software',
    },
  ]);
  assert.deepEqual(names(second), ['npu:0:1']);
  const busy =
    'All NPU device is busy: Device warboy(1)*1 found but still in use (npu:0:0 by mnist, npu:0:1 by ssd)';
  await refused(inventory.lease('warboy*1', 'third'), 'UNAVAILABLE', busy);
  first.release();
  assert.deepEqual(names(await inventory.lease('warboy(1)*1', 'third')), ['npu:0:0']);
});

test('a fused pair and a whole card take every PE', async (t) => {
  const { inventory } = await inventoryOf(t);
  for (const selector of ['warboy(2)*1', 'npu:0']) {
    const lease = await inventory.lease(selector, 'wide');
    assert.equal(lease.devices[0]?.threads, 2);
    assert.equal(lease.devices[0]?.label, 'warboy-b0, 128dpes, software');
    const busy = 'All NPU device is busy: Device npu:0:1 found but still in use (npu:0:1 by wide)';
    await refused(inventory.lease('npu:0:1', 'narrow'), 'UNAVAILABLE', busy);
    lease.release();
  }
});

test('releasing twice does not take the device from its next holder', async (t) => {
  const { inventory } = await inventoryOf(t);
  const first = await inventory.lease('npu:0:0', 'a');
  first.release();
  await inventory.lease('npu:0:0', 'b');
  first.release();
  await refused(inventory.lease('npu:0:0', 'c'), 'UNAVAILABLE', /npu:0:0 by b\)$/);
});

test('a refused lease holds nothing', async (t) => {
  const { inventory } = await inventoryOf(t);
  await inventory.lease('npu:0:1', 'a');
  await refused(
    inventory.lease('npu:0:0,npu:0:1', 'b'),
    'UNAVAILABLE',
    /Device npu:0:1 found but still in use/,
  );
  assert.deepEqual(names(await inventory.lease('npu:0:0', 'c')), ['npu:0:0']);
});

test('leases asked for at once never share a PE', async (t) => {
  const { inventory } = await inventoryOf(t, [], { simulate: 2 });
  const outcomes = await Promise.allSettled(
    ['a', 'b', 'c', 'd', 'e'].map((holder) => inventory.lease('warboy(1)*1', holder)),
  );
  const lent = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? names(outcome.value) : []));
  assert.deepEqual(lent, ['npu:0:0', 'npu:0:1', 'npu:1:0', 'npu:1:1']);
});

test('what is not there, and what there is', async (t) => {
  const { inventory } = await inventoryOf(t);
  await refused(
    inventory.lease('warboy(2)*2', 'm'),
    'UNAVAILABLE',
    'Device warboy(2)*2 not found; this host has npu:0 (warboy, 2 PEs, software)',
  );
  const none = await inventoryOf(t, [], { simulate: 'never' });
  await refused(
    none.inventory.lease('npu:0', 'm'),
    'UNAVAILABLE',
    `Device npu:0 not found; there is no NPU under ${none.tree.dev()}, and devices.simulate is never`,
  );
  await refused(inventory.lease('warboy(3)*1', 'm'), 'INVALID_ARGUMENT', /^"warboy\(3\)\*1" is not a device/);
});

test('the processor and GPUs are shared, and tell how many threads to use', async (t) => {
  const { inventory } = await inventoryOf(t);
  const [whole] = (await inventory.lease('cpu', 'a')).devices;
  const [part] = (await inventory.lease('cpu*2', 'b')).devices;
  const [exact] = (await inventory.lease('cpu(3)*5', 'c')).devices;
  assert.deepEqual([whole?.threads, whole?.instances], [4, null]);
  assert.deepEqual([part?.threads, part?.instances], [2, 2]);
  assert.deepEqual([exact?.threads, exact?.instances], [3, 5]);
  const gpus = await inventory.lease('cuda:1,cuda:0', 'd');
  assert.deepEqual(
    gpus.devices.map(({ name, kind, threads }) => [name, kind, threads]),
    [
      ['cuda:1', 'cuda', 4],
      ['cuda:0', 'cuda', 4],
    ],
  );
});

test('software devices are warned of once, when the first model asks for an NPU', async (t) => {
  const heard = hearLog(t);
  const { inventory, tree } = await inventoryOf(t);
  await inventory.lease('cpu', 'a');
  assert.deepEqual(heard, []);
  (await inventory.lease('npu:0:0,npu:0:1', 'b')).release();
  await inventory.lease('npu:0:1', 'c');
  assert.deepEqual(heard, [
    `WARN No NPU was found under ${tree.dev()}: 1 software Warboy stands in, run on the CPU; ` +
      'their speed says nothing about an NPU',
    'INFO DeviceManager has detected 2 NPUs',
    'INFO [1] npu:0:0 (warboy-b0, 64dpes, software)',
    'INFO [2] npu:0:1 (warboy-b0, 64dpes, software)',
    'INFO DeviceManager has detected 1 NPUs',
    'INFO [1] npu:0:1 (warboy-b0, 64dpes, software)',
  ]);
});

test('hardware is lent under its own colours', async (t) => {
  const heard = hearLog(t);
  const { inventory } = await inventoryOf(t, [{}, { arch: 'rngd' }]);
  const lease = await inventory.lease('warboy(1)*1,npu:1:0-3', 'm');
  assert.deepEqual(
    lease.devices.map(({ name, simulated, label }) => [name, simulated, label]),
    [
      ['npu:1:0-3', false, 'rngd, 4 PEs'],
      ['npu:0:0', false, 'warboy-b0, 64dpes'],
    ],
  );
  assert.deepEqual(heard, [
    'INFO DeviceManager has detected 2 NPUs',
    'INFO [1] npu:1:0-3 (rngd, 4 PEs)',
    'INFO [2] npu:0:0 (warboy-b0, 64dpes)',
  ]);
});

test('a number of software devices hides the hardware', async (t) => {
  const { inventory } = await inventoryOf(t, [{}], { simulate: 2 });
  assert.deepEqual(
    inventory.npus.map(({ index, simulated }) => [index, simulated]),
    [
      [0, true],
      [1, true],
    ],
  );
});

test('a broken card is never replaced by a software one', async (t) => {
  const { inventory, tree } = await inventoryOf(t, [{ management: { busname: null } }]);
  const file = tree.sys('class/npu_mgmt/npu0_mgmt/busname');
  await refused(
    inventory.lease('warboy(1)*1', 'm'),
    'UNAVAILABLE',
    `Device warboy(1)*1 not found; The warboy card npu:0 is skipped: ${file} cannot be read`,
  );
});

test('hardware that another process holds is passed over, or named with its holder', async (t) => {
  const { inventory, tree } = await inventoryOf(t, [{}], {}, { open: holding('npu0pe0') });
  await tree.addProcess(77, 'python3', [tree.dev('npu0pe0')]);
  await refused(
    inventory.lease('npu:0:0-1', 'm'),
    'UNAVAILABLE',
    'All NPU device is busy: Device npu:0:0-1 found but still in use (npu:0:0-1 by pid 77 (python3))',
  );
  assert.deepEqual(names(await inventory.lease('warboy(1)*1', 'm')), ['npu:0:1']);
});

test('a holder that cannot be seen is still a holder', async (t) => {
  const { inventory } = await inventoryOf(t, [{}], {}, { open: holding('npu0pe0', 'npu0pe1') });
  const error = await refused(
    inventory.lease('warboy(1)*1', 'm'),
    'UNAVAILABLE',
    /^All NPU device is busy: /,
  );
  assert.match(error.message, /\(npu:0:0 by another process, npu:0:1 by another process\)$/);
});

test('what is lent here is not opened again, and no device is opened twice at once', async (t) => {
  const opened: string[] = [];
  let openNow = 0;
  const open: OpenDevice = async (path) => {
    assert.equal(++openNow, 1);
    opened.push(path);
    return {
      close: async () => {
        openNow--;
      },
    };
  };
  const { inventory, tree } = await inventoryOf(t, [{}], {}, { open });
  await Promise.all([inventory.lease('npu:0:0', 'a'), inventory.lease('npu:0:1', 'b')]);
  await refused(inventory.lease('npu:0', 'c'), 'UNAVAILABLE', /found but still in use/);
  assert.deepEqual(opened, [tree.dev('npu0pe0'), tree.dev('npu0pe1')]);
});

test('a PE that several items could use is opened once', async (t) => {
  const opened: string[] = [];
  const open: OpenDevice = async (path) => {
    opened.push(path);
    return { close: async () => {} };
  };
  const { inventory, tree } = await inventoryOf(t, [{}, {}], {}, { open });
  await inventory.lease('warboy(1)*1,warboy(2)*1', 'm');
  const files = ['npu0pe0', 'npu0pe1', 'npu1pe0', 'npu1pe1'];
  assert.deepEqual(
    opened.sort(),
    files.map((file) => tree.dev(file)),
  );
});

test('a device that may not be opened is passed over where another will do, else it is the reason', async (t) => {
  const open: OpenDevice = async (path) => {
    if (path.endsWith('npu0pe0')) throw Object.assign(new Error('no'), { code: 'EACCES' });
    return { close: async () => {} };
  };
  const { inventory } = await inventoryOf(t, [{}], {}, { open });
  await refused(inventory.lease('warboy(2)*1', 'm'), 'UNAVAILABLE', /^PermissionDenied: .*npu0pe0 .*furiosa/);
  assert.deepEqual(names(await inventory.lease('warboy(1)*1', 'm')), ['npu:0:1']);
});

test('the list has every PE, the processor, and who holds what', async (t) => {
  const { inventory, tree } = await inventoryOf(t, [{}]);
  await tree.addProcess(9, 'furiosactl', [tree.dev('npu0pe1')]);
  assert.equal(inventory.list()[1]?.holder, null);
  await inventory.refresh();
  const lease = await inventory.lease('npu:0:0', 'mnist');
  const [pe0, pe1, cpu, ...rest] = inventory.list();
  assert.deepEqual(rest, []);
  assert.deepEqual(pe0, {
    name: 'npu:0:0',
    kind: 'npu',
    arch: 'warboy',
    label: 'warboy-b0, 64dpes',
    simulated: false,
    firmware: '1.6.0, 0123456',
    driver: '1.0.0, 6543210',
    serial: 'SERIAL-warboy-0',
    busName: '0000:10:00.0',
    numaNode: 0,
    alive: true,
    temperatureCelsius: 47.5,
    holder: 'mnist',
    threads: 1,
  });
  assert.equal(pe1?.holder, 'pid 9 (furiosactl)');
  assert.deepEqual([cpu?.name, cpu?.kind, cpu?.threads, cpu?.label], ['cpu', 'cpu', 4, CPU.reason]);
  lease.release();
  assert.equal(inventory.list()[0]?.holder, null);
});

test('a fused file that someone holds occupies both its PEs in the list', async (t) => {
  const { inventory, tree } = await inventoryOf(t, [{ files: ['pe0-1'] }]);
  await tree.addProcess(9, 'x', [tree.dev('npu0pe0-1')]);
  await inventory.refresh();
  assert.deepEqual(
    inventory.list().map(({ name, holder }) => [name, holder]),
    [
      ['npu:0:0', 'pid 9 (x)'],
      ['npu:0:1', 'pid 9 (x)'],
      ['cpu', null],
    ],
  );
});

test('a refresh reads the temperature again', async (t) => {
  const { inventory, tree } = await inventoryOf(t, [{ temperatures: { NE: 50_000 } }]);
  await tree.write('sys/bus/pci/devices/0000:10:00.0/hwmon/hwmon3/temp1_input', '61000\n');
  assert.equal(inventory.list()[0]?.temperatureCelsius, 50);
  await inventory.refresh();
  assert.equal(inventory.list()[0]?.temperatureCelsius, 61);
});
