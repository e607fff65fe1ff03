import assert from 'node:assert/strict';
import { test } from 'node:test';
import { below, type ProcessStat, processTree, readStat } from '../../bench/process-tree.js';

test('the line of a process is read behind its name, whatever the name is', () => {
  const line = '42 (a ) R (b) S 7 42 42 0 -1 4194560 1 2 3 4 100 20 3 1 20 0 9 0 12345 1 2';
  assert.deepEqual(readStat(line), { pid: 42, parent: 7, ticks: 124 });
});

const stat = (pid: number, parent: number): ProcessStat => ({ pid, parent, ticks: 1 });

test('below a process are its children and theirs, and no others', () => {
  const others = [stat(1, 0), stat(2, 1), stat(3, 1), stat(4, 2), stat(5, 9), stat(6, 4)];
  const pids = below(stat(2, 1), others).map(({ pid }) => pid);
  assert.deepEqual(pids, [2, 4, 6]);
});

test('this process is found among those of the system', { skip: process.platform !== 'linux' }, () => {
  assert.equal(processTree(process.pid)[0]?.parent, process.ppid);
});
