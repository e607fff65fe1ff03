import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildName, hasRelaxedSimd, litertVersion, startRuntime } from './runtime.js';

test('the build follows what WebAssembly can do here', () => {
  assert.equal(buildName(false), 'litert_wasm_compat_internal');
  assert.equal(buildName(true), 'litert_wasm_internal');
  const [major = 0] = process.versions.node.split('.').map(Number);
  assert.equal(hasRelaxedSimd(), major >= 21);
});

test('the version is that of the package', () => {
  assert.match(litertVersion(), /^\d+\.\d+\.\d+$/);
});

test('instances share nothing, and the globals stay as they are', async () => {
  const globals = Object.getOwnPropertyNames(globalThis);
  const [one, other] = await Promise.all([startRuntime(), startRuntime()]);
  assert.notEqual(one.bindings.HEAPU8.buffer, other.bindings.HEAPU8.buffer);
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), globals);
});
