import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeviceNode, parseFileName } from './device-node.js';

const names: [name: string, expected: ReturnType<typeof parseFileName>][] = [
  ['npu0', { device: 0, cores: null }],
  ['npu12', { device: 12, cores: null }],
  ['npu0pe1', { device: 0, cores: { first: 1, last: 1 } }],
  ['npu3pe4-7', { device: 3, cores: { first: 4, last: 7 } }],
  ['npu0_mgmt', null],
  ['npu0mgmt', null],
  ['npu0ch0', null],
  ['npu0ch0r', null],
  ['npu0bar2', null],
  ['npu0dmar', null],
  ['npu', null],
  ['npu0pe', null],
  ['npu0pe1-0', null],
  ['npu0pe1-1', null],
  ['npu0pe0-4000000000', null],
  ['npu256', null],
  ['xnpu0', null],
];

for (const [name, expected] of names) {
  test(`the file ${name} is ${expected ? 'a device' : 'nothing of ours'}`, () => {
    assert.deepEqual(parseFileName(name), expected);
  });
}

const kinds: [devRoot: string, kind: 'character' | 'file' | 'folder', isNode: boolean][] = [
  ['/dev', 'character', true],
  ['/dev', 'file', false],
  ['/dev', 'folder', false],
  ['/tmp/x/dev', 'character', true],
  ['/tmp/x/dev', 'file', true],
  ['/tmp/x/dev', 'folder', false],
];

for (const [devRoot, kind, isNode] of kinds) {
  test(`a ${kind} under ${devRoot} ${isNode ? 'can' : 'cannot'} be a device`, () => {
    const stats = { isCharacterDevice: () => kind === 'character', isFile: () => kind === 'file' };
    assert.equal(isDeviceNode(devRoot, stats), isNode);
  });
}
