import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  foldersUpFrom,
  parseAllowedCpus,
  parseCfsQuota,
  parseCgroupMounts,
  parseCgroupPaths,
  parseCpuList,
  parseCpuMax,
  parseMemoryLimit,
} from './cgroup.js';

const lists: [text: string, count: number | null][] = [
  ['0', 1],
  ['0-1', 2],
  ['0-3,8', 5],
  ['0-3,8,10-11\n', 7],
  ['', null],
  ['3-1', null],
  ['a', null],
  ['0-', null],
];
for (const [text, count] of lists) {
  test(`the CPU list ${JSON.stringify(text)} has ${count}`, () => {
    assert.equal(parseCpuList(text), count);
  });
}

test('the allowed CPUs are found among the other lines of a status', () => {
  const status = 'Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t0-2,5\nMems_allowed_list:\t0\n';
  assert.deepEqual(parseAllowedCpus(status), { list: '0-2,5', count: 4 });
  assert.equal(parseAllowedCpus('Name:\tnode\n'), null);
  assert.equal(parseAllowedCpus('Cpus_allowed_list:\tnonsense\n'), null);
});

const maxima: [text: string, cpus: number | null][] = [
  ['max 100000\n', null],
  ['150000 100000\n', 1.5],
  ['50000 100000', 0.5],
  ['200000', 2],
  ['20000 10000', 2],
  ['0 100000', null],
  ['100000 0', null],
  ['', null],
  ['nonsense', null],
];
for (const [text, cpus] of maxima) {
  test(`cpu.max ${JSON.stringify(text)} is ${cpus}`, () => {
    assert.equal(parseCpuMax(text), cpus);
  });
}

const quotas: [quota: string, period: string, cpus: number | null][] = [
  ['-1\n', '100000\n', null],
  ['250000\n', '100000\n', 2.5],
  ['100000', '', null],
  ['', '100000', null],
  ['100000', '0', null],
];
for (const [quota, period, cpus] of quotas) {
  test(`a CFS quota of ${JSON.stringify(quota)} in ${JSON.stringify(period)} is ${cpus}`, () => {
    assert.equal(parseCfsQuota(quota, period), cpus);
  });
}

const memory: [text: string, bytes: number | null][] = [
  ['max\n', null],
  ['536870912\n', 536_870_912],
  ['0', null],
  ['-1', null],
  ['', null],
];
for (const [text, bytes] of memory) {
  test(`a memory limit of ${JSON.stringify(text)} is ${bytes} bytes`, () => {
    assert.equal(parseMemoryLimit(text), bytes);
  });
}

const groups: [name: string, text: string, v2: string | null, cpu: string | null, memory: string | null][] = [
  ['version 2', '0::/user.slice/a:b\n', '/user.slice/a:b', null, null],
  [
    'version 1',
    '5:memory:/m\n4:cpu,cpuacct:/kubepods/x\n3:cpuset:/s\n1:name=systemd:/z\n',
    null,
    '/kubepods/x',
    '/m',
  ],
  ['both', '4:cpu:/x\n2:cpuacct:/y\n0::/\n', '/', '/x', null],
  ['neither', '', null, null, null],
];
for (const [name, text, v2, cpu, memory] of groups) {
  test(`the groups of a process: ${name}`, () => {
    assert.deepEqual(parseCgroupPaths(text, 'cpu'), { v2, v1: cpu });
    assert.deepEqual(parseCgroupPaths(text, 'memory'), { v2, v1: memory });
  });
}

test('of all mounts only those that have the controller count', () => {
  const text = [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - tmpfs tmpfs ro,mode=755',
    '33 30 0:29 /docker/x /sys/fs/cgroup/cpu,cpuacct ro shared:9 master:3 - cgroup cgroup rw,cpu,cpuacct',
    '34 30 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset',
    '41 31 0:38 / /sys/fs/cgroup/uni\\040fied rw,relatime - cgroup2 cgroup2 rw',
    '35 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
    'nonsense',
    '',
  ].join('\n');
  const unified = { version: 2, root: '/', mountPoint: '/sys/fs/cgroup/uni fied' };
  assert.deepEqual(parseCgroupMounts(text, 'cpu'), [
    { version: 1, root: '/docker/x', mountPoint: '/sys/fs/cgroup/cpu,cpuacct' },
    unified,
  ]);
  assert.deepEqual(parseCgroupMounts(text, 'memory'), [
    unified,
    { version: 1, root: '/', mountPoint: '/sys/fs/cgroup/memory' },
  ]);
});

const walks: [path: string, root: string, folders: string[]][] = [
  ['/', '/', ['/c']],
  ['/a/b', '/', ['/c/a/b', '/c/a', '/c']],
  ['/docker/x', '/docker/x', ['/c']],
  ['/docker/x/y', '/docker/x', ['/c/y', '/c']],
  ['/docker/xy', '/docker/x', ['/c']],
  ['/', '/docker/x', ['/c']],
  ['/../other', '/', ['/c']],
];
for (const [path, root, folders] of walks) {
  test(`the group ${path} in a mount of ${root} is bound by ${folders.join(', ')}`, () => {
    assert.deepEqual(foldersUpFrom(path, { version: 2, root, mountPoint: '/c' }), folders);
  });
}
