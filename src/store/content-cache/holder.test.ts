import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import {
  type Holder,
  parseHolder,
  parseStartTicks,
  startTicksOf,
  thisHolder,
  type Verdict,
  verdictOn,
} from './holder.js';

const self: Holder = { host: 'a', bootId: 'boot', pidNamespace: 'pid:[1]', pid: 7, startTicks: '100' };

const verdicts: [title: string, holder: Holder, startTicks: string | null, verdict: Verdict][] = [
  ['its process runs', { ...self, pid: 8, startTicks: '90' }, '90', 'alive'],
  ['its process ended', { ...self, pid: 8, startTicks: '90' }, null, 'dead'],
  ['its number belongs to another process now', { ...self, pid: 8, startTicks: '90' }, '95', 'dead'],
  ['another host', { ...self, bootId: 'another' }, '100', 'unknown'],
  ['another container', { ...self, pidNamespace: 'pid:[2]' }, '100', 'unknown'],
  [
    'a host that tells nothing',
    { ...self, bootId: null, pidNamespace: null, startTicks: null },
    null,
    'unknown',
  ],
];

for (const [title, holder, startTicks, verdict] of verdicts) {
  test(`${title}: ${verdict}`, () => assert.equal(verdictOn(holder, self, startTicks), verdict));
}

test('on a host that tells nothing, nobody is taken for dead', () => {
  const silent = { ...self, bootId: null, pidNamespace: null, pid: null, startTicks: null };
  assert.equal(verdictOn(silent, silent, null), 'unknown');
});

const fields = 'S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 1 1';
const stats: [stat: string, startTicks: string | null][] = [
  [`7 (node) ${fields}`, '4711'],
  [`7 (a) b (c) ${fields}`, '4711'],
  [`7 (node) ${fields.replace('S', 'Z')}`, null],
  ['', null],
];

for (const [stat, startTicks] of stats) {
  test(`'${stat.slice(0, 14)}…' began at ${startTicks}`, () =>
    assert.equal(parseStartTicks(stat), startTicks));
}

test('a holder is read as it was written, and damage is not one', () => {
  assert.deepEqual(parseHolder(JSON.stringify(self)), self);
  assert.equal(parseHolder('{"host":'), null);
  assert.equal(parseHolder('null'), null);
});

test('a process is seen as long as it runs', { skip: !existsSync('/proc/self/stat') }, async () => {
  const holder = await thisHolder();
  assert.equal(holder.pid, process.pid);
  assert.equal(verdictOn(holder, holder, await startTicksOf(process.pid)), 'alive');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  assert.notEqual(await startTicksOf(child.pid ?? 0), null);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(await startTicksOf(child.pid ?? 0), null);
});
