import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instanceShare } from './instance-count.js';

const MIB = 1024 ** 2;
const SHARED = / CPUs? shared out$/;
const TOO_LARGE = /would take more than a quarter of/;

const rows: [
  cpus: number,
  threads: number | null,
  modelMib: number,
  instances: number,
  each: number,
  reason: RegExp,
][] = [
  [1, null, 1, 1, 1, SHARED],
  [2, null, 1, 2, 1, SHARED],
  [3, null, 1, 3, 1, SHARED],
  [4, null, 1, 4, 1, SHARED],
  [7, null, 1, 4, 1, SHARED],
  [8, null, 1, 4, 2, SHARED],
  [64, null, 1, 4, 16, SHARED],
  // Threads that are asked for.
  [8, 1, 1, 4, 1, SHARED],
  [8, 2, 1, 4, 2, SHARED],
  [8, 3, 1, 2, 3, SHARED],
  [8, 8, 1, 1, 8, SHARED],
  [2, 16, 1, 1, 16, SHARED],
  // A quarter of 1000 MiB is 250 MiB.
  [2, null, 125, 2, 1, SHARED],
  [2, null, 125.5, 1, 2, TOO_LARGE],
  [4, null, 62.5, 4, 1, SHARED],
  [4, null, 63, 1, 4, TOO_LARGE],
  [4, 2, 126, 1, 2, TOO_LARGE],
  [1, null, 900, 1, 1, SHARED],
];

for (const [cpus, threads, mebibytes, instances, each, reason] of rows) {
  test(`${cpus} CPUs, ${threads ?? 'no'} threads asked for, ${mebibytes} MiB of 1000: ${instances} of ${each}`, () => {
    const share = instanceShare({ cpus, threads, modelBytes: mebibytes * MIB, memoryBytes: 1000 * MIB });
    assert.deepEqual([share.instances, share.threads], [instances, each]);
    assert.match(share.reason, reason);
  });
}

test('the reason has the figures', () => {
  const demand = { cpus: 4, threads: null, modelBytes: 800 * MIB, memoryBytes: 8000 * MIB };
  assert.equal(
    instanceShare(demand).reason,
    '4 copies of 800.0 MiB would take more than a quarter of 7.8 GiB',
  );
  assert.equal(instanceShare({ ...demand, modelBytes: 1, cpus: 1 }).reason, '1 CPU shared out');
});
