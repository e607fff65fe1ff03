import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FalseNpuTree } from '../../test/support/false-npu-tree.js';
import { memoryBudget } from './memory-budget.js';

const V2_MOUNT = '30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n';
const V1_MOUNT = '34 30 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n';
const GIB = 1024 ** 3;
const UNLIMITED_V1 = '9223372036854771712\n';

const rows: [name: string, files: Record<string, string>, bytes: number, reason: RegExp][] = [
  ['no group says anything', {}, 8 * GIB, /^this machine has 8\.0 GiB$/],
  [
    'a limit of version 2',
    {
      'proc/self/mountinfo': V2_MOUNT,
      'proc/self/cgroup': '0::/pod/x\n',
      'sys/fs/cgroup/pod/x/memory.max': `${GIB / 2}\n`,
    },
    GIB / 2,
    /^the cgroup limit in .*\/sys\/fs\/cgroup\/pod\/x\/memory\.max is 512\.0 MiB$/,
  ],
  [
    'a tighter limit of a group above',
    {
      'proc/self/mountinfo': V2_MOUNT,
      'proc/self/cgroup': '0::/pod/x\n',
      'sys/fs/cgroup/pod/x/memory.max': 'max\n',
      'sys/fs/cgroup/pod/memory.max': `${GIB}\n`,
    },
    GIB,
    /\/pod\/memory\.max is 1\.0 GiB$/,
  ],
  [
    'a limit of version 1',
    {
      'proc/self/mountinfo': V1_MOUNT,
      'proc/self/cgroup': '4:memory:/x\n',
      'sys/fs/cgroup/memory/x/memory.limit_in_bytes': `${GIB / 16}\n`,
      'sys/fs/cgroup/memory/memory.limit_in_bytes': UNLIMITED_V1,
    },
    GIB / 16,
    /memory\.limit_in_bytes is 64\.0 MiB$/,
  ],
  [
    'no limit of version 1',
    {
      'proc/self/mountinfo': V1_MOUNT,
      'proc/self/cgroup': '4:memory:/\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': UNLIMITED_V1,
    },
    8 * GIB,
    /^this machine has/,
  ],
];

for (const [name, files, bytes, reason] of rows) {
  test(`the memory budget: ${name}`, async (t) => {
    const tree = await FalseNpuTree.create();
    t.after(() => tree.remove());
    for (const [path, text] of Object.entries(files)) await tree.write(path, text);
    const budget = memoryBudget({ ...tree.options, totalBytes: () => 8 * GIB });
    assert.equal(budget.bytes, bytes);
    assert.match(budget.reason, reason);
  });
}

test('the memory budget of this very process is something', () => {
  const { bytes, reason } = memoryBudget({ procRoot: '/proc', sysRoot: '/sys' });
  assert.ok(Number.isInteger(bytes) && bytes > 0, reason);
});
