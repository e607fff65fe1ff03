import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FalseNpuTree } from '../../test/support/false-npu-tree.js';
import type { Temperature } from './npu.js';
import { headlineCelsius, pciFolder, readNumaNode, readTemperatures } from './sysfs.js';

const addresses: [busName: string, folder: string | null][] = [
  ['0000:6d:00.0', '/sys/bus/pci/devices/0000:6d:00.0'],
  ['', null],
  ['..', null],
  ['0000:6d:00.0/../x', null],
];
for (const [busName, folder] of addresses) {
  test(`the bus name "${busName}" ${folder ? 'is a PCI address' : 'leads nowhere'}`, () => {
    assert.equal(pciFolder('/sys', busName), folder);
  });
}

const headlines: [name: string, temperatures: Temperature[], celsius: number | null][] = [
  ['nothing', [], null],
  [
    'the peak',
    [
      { label: 'NE', celsius: 60 },
      { label: 'Peak', celsius: 58 },
    ],
    58,
  ],
  [
    'the hottest',
    [
      { label: 'temp1', celsius: 40 },
      { label: 'temp2', celsius: 44 },
    ],
    44,
  ],
];
for (const [name, temperatures, celsius] of headlines) {
  test(`the temperature to show is ${name}`, () => {
    assert.equal(headlineCelsius(temperatures), celsius);
  });
}

test('sensors without a label keep their own name, and unreadable ones are left out', async (t) => {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  const monitor = 'sys/bus/pci/devices/0000:01:00.0/hwmon/hwmon0';
  await tree.write(`${monitor}/temp1_input`, '-5500\n');
  await tree.write(`${monitor}/temp2_input`, 'nonsense\n');
  await tree.write(`${monitor}/power1_average`, '990000\n');
  assert.deepEqual(await readTemperatures(tree.sys(), '0000:01:00.0'), [{ label: 'temp1', celsius: -5.5 }]);
  assert.deepEqual(await readTemperatures(tree.sys(), '0000:02:00.0'), []);
  assert.equal(await readNumaNode(tree.sys(), '0000:01:00.0'), null);
});
