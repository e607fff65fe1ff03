import assert from 'node:assert/strict';
import { open, realpath, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { FalseNpuTree } from '../../test/support/false-npu-tree.js';
import { findHolders, formatHolder } from './holders.js';

test('the holders of a device are the processes that have its file open', async (t) => {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  const [pe0, pe1] = [tree.dev('npu0pe0'), tree.dev('npu0pe1')];
  await tree.addProcess(7, 'python3', ['/dev/null', pe0, pe0, 'socket:[123]']);
  await tree.addProcess(12, 'top', ['/dev/null']);
  await tree.addProcess(30, 'furiosactl', [pe0, pe1]);
  // A process that ends while it is looked at, one without a name any more, and what is no process at all.
  await tree.write('proc/40/comm', 'gone\n');
  await tree.write('proc/41/fd', 'not a folder');
  await tree.write('proc/42/fd/0', 'not a link');
  await tree.write('proc/meminfo', '');
  const holders = await findHolders(tree.proc(), [pe0, pe1, tree.dev('npu9')]);
  assert.deepEqual(
    [...holders],
    [
      [
        pe0,
        [
          { pid: 7, command: 'python3' },
          { pid: 30, command: 'furiosactl' },
        ],
      ],
      [pe1, [{ pid: 30, command: 'furiosactl' }]],
    ],
  );
});

test('a process without a readable name is still a holder', async (t) => {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  await tree.addProcess(5, 'x', [tree.dev('npu0')]);
  await rm(tree.proc('5/comm'));
  const [holder] = (await findHolders(tree.proc(), [tree.dev('npu0')])).get(tree.dev('npu0')) ?? [];
  assert.ok(holder);
  assert.equal(formatHolder(holder), 'pid 5 (?)');
});

test('where there is no procfs, nobody is seen', async () => {
  assert.deepEqual([...(await findHolders('/no/such/proc', ['/dev/npu0']))], []);
});

test('this very process is seen under the real procfs', { skip: process.platform !== 'linux' }, async (t) => {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  await tree.write('dev/npu0pe0', '');
  const path = await realpath(tree.dev('npu0pe0'));
  const handle = await open(path, 'r+');
  t.after(() => handle.close());
  const holders = (await findHolders('/proc', [path])).get(path) ?? [];
  assert.deepEqual(
    holders.map(({ pid }) => pid),
    [process.pid],
  );
});
