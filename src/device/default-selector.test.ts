import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSelector, type SelectorEnvironment } from './default-selector.js';

const rows: [env: SelectorEnvironment, selector: string][] = [
  [{}, 'warboy(2)*1'],
  [{ FURIOSA_DEVICES: undefined, NPU_DEVNAME: undefined }, 'warboy(2)*1'],
  [{ NPU_DEVNAME: 'npu0pe0' }, 'npu0pe0'],
  [{ FURIOSA_DEVICES: 'npu:1:0', NPU_DEVNAME: 'npu0pe0' }, 'npu:1:0'],
  [{ FURIOSA_DEVICES: 'nonsense', NPU_DEVNAME: 'npu0pe0' }, 'nonsense'],
  [{ FURIOSA_DEVICES: '', NPU_DEVNAME: 'npu0pe0' }, ''],
];

for (const [env, selector] of rows) {
  test(`${JSON.stringify(env)} means "${selector}"`, () => {
    assert.equal(defaultSelector(env), selector);
  });
}
