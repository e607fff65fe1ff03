import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import { LayeredStore } from './layered-store.js';
import { LocalStore } from './local-store.js';

const answer: readonly Tensor[] = [{ name: 'y', datatype: 'UINT8', shape: [2], data: Uint8Array.of(1, 2) }];

test('an answer is kept in both; what only the far one has is kept near, too', async () => {
  const [near, far] = [new LocalStore(1e6), new LocalStore(1e6)];
  const store = new LayeredStore(near, far);
  assert.equal(await store.get('a'), null);
  store.put('a', answer);
  assert.deepEqual([await near.get('a'), await far.get('a')], [answer, answer]);
  far.put('b', answer);
  const found = await store.get('b');
  assert.deepEqual(found, answer);
  found?.[0]?.data.fill(0);
  assert.deepEqual(await near.get('b'), answer);
});

test('both are closed', async () => {
  const [near, far] = [new LocalStore(1e6), new LocalStore(1e6)];
  const store = new LayeredStore(near, far);
  store.put('a', answer);
  await store.close();
  assert.deepEqual([near.size, far.size], [0, 0]);
});
