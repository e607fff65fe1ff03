import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FalseNpuTree } from '../../test/support/false-npu-tree.js';
import { cpuBudget } from './cpu-budget.js';

const V2_MOUNT = '30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n';
const V1_MOUNT = '33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n';
const EIGHT = 'Cpus_allowed_list:\t0-7\n';

const rows: [name: string, files: Record<string, string>, cpus: number, reason: RegExp][] = [
  ['nothing but the system says anything', {}, 64, /^the system offers 64 CPUs$/],
  [
    'the CPU set',
    { 'proc/self/status': 'Cpus_allowed_list:\t3\n' },
    1,
    /^this process may run on 1 CPU \(3\)$/,
  ],
  [
    'a quota of version 2, rounded up',
    {
      'proc/self/status': EIGHT,
      'proc/self/mountinfo': V2_MOUNT,
      'proc/self/cgroup': '0::/pod/x\n',
      'sys/fs/cgroup/pod/x/cpu.max': '150000 100000\n',
    },
    2,
    /^the cgroup quota in .*\/sys\/fs\/cgroup\/pod\/x\/cpu\.max is 1\.5 CPUs$/,
  ],
  [
    'a quota of less than one CPU',
    {
      'proc/self/mountinfo': V2_MOUNT,
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/cpu.max': '10000 100000\n',
    },
    1,
    /is 0\.1 CPUs$/,
  ],
  [
    'a tighter quota of a group above',
    {
      'proc/self/status': EIGHT,
      'proc/self/mountinfo': V2_MOUNT,
      'proc/self/cgroup': '0::/a/b/c\n',
      'sys/fs/cgroup/a/b/c/cpu.max': '600000 100000\n',
      'sys/fs/cgroup/a/b/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/a/cpu.max': '300000 100000\n',
    },
    3,
    /\/a\/cpu\.max is 3 CPUs$/,
  ],
  [
    'a quota of version 1',
    {
      'proc/self/status': EIGHT,
      'proc/self/mountinfo': V1_MOUNT,
      'proc/self/cgroup': '4:cpu,cpuacct:/x\n',
      'sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us': '220000\n',
      'sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us': '100000\n',
    },
    3,
    /cpu\.cfs_quota_us is 2\.2 CPUs$/,
  ],
  [
    'no quota of version 1',
    {
      'proc/self/status': EIGHT,
      'proc/self/mountinfo': V1_MOUNT,
      'proc/self/cgroup': '4:cpu,cpuacct:/\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    8,
    /may run on 8 CPUs \(0-7\)$/,
  ],
  [
    'a quota above the CPU set',
    {
      'proc/self/status': EIGHT,
      'proc/self/mountinfo': V2_MOUNT,
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/cpu.max': '1200000 100000\n',
    },
    8,
    /may run on 8 CPUs/,
  ],
];

for (const [name, files, cpus, reason] of rows) {
  test(`the CPU budget: ${name}`, async (t) => {
    const tree = await FalseNpuTree.create();
    t.after(() => tree.remove());
    for (const [path, text] of Object.entries(files)) await tree.write(path, text);
    const budget = cpuBudget({ ...tree.options, parallelism: () => 64 });
    assert.equal(budget.cpus, cpus);
    assert.match(budget.reason, reason);
  });
}

test('the CPU budget of this very process is at least one CPU', () => {
  const { cpus, reason } = cpuBudget({ procRoot: '/proc', sysRoot: '/sys' });
  assert.ok(Number.isInteger(cpus) && cpus >= 1, reason);
});
