import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Discovery } from './discover.js';
import type { DeviceOptions } from './options.js';
import { simulatedWarboys } from './simulated.js';
import { describeNpus, standIns, standInWarning } from './stand-in.js';

const options = (simulate: DeviceOptions['simulate']): DeviceOptions => ({
  devRoot: '/dev',
  sysRoot: '/sys',
  procRoot: '/proc',
  simulate,
});
const real = simulatedWarboys(1).map((npu) => ({ ...npu, simulated: false }));
const nothing: Discovery = { npus: [], skipped: [] };
const broken: Discovery = {
  npus: [],
  skipped: [{ arch: 'warboy', index: 0, reason: 'npu:0 is skipped: no busname' }],
};

const rows: [name: string, simulate: DeviceOptions['simulate'], found: Discovery, count: number][] = [
  ['a host without NPUs', 'auto', nothing, 1],
  ['a host without NPUs', 'never', nothing, 0],
  ['a host without NPUs', 3, nothing, 3],
  ['a host without NPUs', 0, nothing, 0],
  ['a host with an NPU', 'auto', { npus: real, skipped: [] }, 0],
  ['a host with an NPU', 'never', { npus: real, skipped: [] }, 0],
  ['a host whose only NPU is broken', 'auto', broken, 0],
];
for (const [name, simulate, found, count] of rows) {
  test(`with simulate ${simulate}, ${name} gets ${count} software Warboys`, () => {
    assert.equal(standIns(options(simulate), found).length, count);
  });
}

test('only software devices are warned of', () => {
  assert.equal(standInWarning(options('auto'), real), null);
  assert.equal(
    standInWarning(options('auto'), simulatedWarboys(1)),
    'No NPU was found under /dev: 1 software Warboy stands in, run on the CPU; their speed says nothing about an NPU',
  );
  assert.match(
    standInWarning(options(2), simulatedWarboys(2)) ?? '',
    /^Software devices are asked for \(devices\.simulate: 2\): 2 software Warboys stand in,/,
  );
});

test('what there is ends the sentence of what there is not', () => {
  assert.equal(
    describeNpus(options('auto'), simulatedWarboys(2), []),
    'this host has npu:0 (warboy, 2 PEs, software), npu:1 (warboy, 2 PEs, software)',
  );
  assert.equal(
    describeNpus(options('auto'), real, broken.skipped),
    'this host has npu:0 (warboy, 2 PEs); npu:0 is skipped: no busname',
  );
  assert.equal(describeNpus(options('auto'), [], broken.skipped), 'npu:0 is skipped: no busname');
  assert.equal(
    describeNpus(options('never'), [], []),
    'there is no NPU under /dev, and devices.simulate is never',
  );
  assert.equal(describeNpus(options(0), [], []), 'devices.simulate is 0, so there is no NPU');
});
