import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelOf, leasedCpu, leasedNpu } from './lease.js';
import { coresIn, type DeviceFile, modeOf, type Npu } from './npu.js';
import { simulatedWarboys } from './simulated.js';

const [software] = simulatedWarboys(1) as [Npu];
const real: Npu = { ...software, simulated: false };
const rngd: Npu = { ...real, arch: 'rngd', revision: null };

const file = (npu: Npu, first: number, last: number): DeviceFile => {
  const cores = { first, last };
  return { arch: npu.arch, device: 0, cores, covers: coresIn(cores), mode: modeOf(cores), path: null };
};

const labels: [npu: Npu, first: number, last: number, label: string][] = [
  [real, 1, 1, 'warboy-b0, 64dpes'],
  [real, 0, 1, 'warboy-b0, 128dpes'],
  [software, 0, 1, 'warboy-b0, 128dpes, software'],
  [{ ...real, revision: null }, 0, 0, 'warboy, 64dpes'],
  [rngd, 0, 0, 'rngd, 1 PE'],
  [rngd, 0, 3, 'rngd, 4 PEs'],
];
for (const [npu, first, last, label] of labels) {
  test(`PEs ${first} to ${last} are labelled ${label}`, () => {
    assert.equal(labelOf(npu, file(npu, first, last)), label);
  });
}

test('an NPU device gets a thread for each PE', () => {
  assert.equal(leasedNpu(software, file(software, 0, 0)).threads, 1);
  assert.equal(leasedNpu(software, file(software, 0, 1)).threads, 2);
  assert.equal(leasedNpu(real, { ...file(real, 0, 0), cores: null, covers: [] }).threads, 1);
});

const shares: [threads: number | null, instances: number | null, cpus: number, expected: number][] = [
  [null, null, 8, 8],
  [null, 1, 8, 8],
  [null, 3, 8, 2],
  [null, 16, 8, 1],
  [4, 2, 2, 4],
];
for (const [threads, instances, cpus, expected] of shares) {
  test(`cpu(${threads})*${instances} of ${cpus} CPUs gets ${expected} threads an instance`, () => {
    const device = leasedCpu({ threads, instances }, cpus);
    assert.equal(device.threads, expected);
    assert.equal(device.instances, instances);
    assert.equal(device.label, `cpu, ${expected} ${expected === 1 ? 'thread' : 'threads'}`);
  });
}
