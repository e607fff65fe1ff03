import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import { bytesOfEntry, LocalStore } from './local-store.js';

const answerOf = (size: number, value = 7): readonly Tensor[] => [
  { name: 'y', datatype: 'UINT8', shape: [size], data: new Uint8Array(size).fill(value) },
];
const SIZE = 1000;
const EACH = bytesOfEntry('a', answerOf(SIZE));

/** Which of the keys are there. Looking does not change what goes next: all are looked at in the order of their age. */
async function held(store: LocalStore, keys: string): Promise<string> {
  const found = await Promise.all(Array.from(keys, async (key) => ((await store.get(key)) ? key : '')));
  return found.join('');
}

test('an answer counts for more than its bytes', () => {
  assert.ok(EACH > SIZE + 200, String(EACH));
});

const rows: [title: string, steps: string, room: number, left: string][] = [
  ['what fits stays', 'a b c', 3, 'abc'],
  ['the oldest goes', 'a b c d', 3, 'bcd'],
  ['what was asked for stays', 'a b c ?a d', 3, 'acd'],
  ['what was kept again stays, and counts once', 'a b a c d', 3, 'acd'],
  ['several go for a large one', 'a b c D', 3, 'D'],
  ['what is larger than all of the room is not kept, and moves nothing out', 'a b c E', 3, 'abc'],
  ['without room nothing is kept', 'a b', 0, ''],
];

for (const [title, steps, room, left] of rows) {
  test(`${title}: ${steps}`, async () => {
    const store = new LocalStore(room * EACH);
    for (const step of steps.split(' ')) {
      if (step.startsWith('?')) await store.get(step.slice(1));
      else store.put(step, answerOf(step === 'D' ? 2.5 * EACH : step === 'E' ? 3 * EACH : SIZE));
    }
    assert.equal(await held(store, 'abcdDE'), left);
    assert.equal(store.size, left.length);
    assert.ok(store.byteLength <= room * EACH);
  });
}

test('what comes out is what went in, with bytes of its own each time', async () => {
  const store = new LocalStore(10 * EACH);
  const given = answerOf(SIZE);
  store.put('a', given);
  given[0]?.data.fill(0);
  const [first, second] = [await store.get('a'), await store.get('a')];
  assert.deepEqual(first, answerOf(SIZE));
  first?.[0]?.data.fill(1);
  assert.deepEqual(second, answerOf(SIZE));
  assert.deepEqual(await store.get('a'), answerOf(SIZE));
  assert.equal(second?.[0]?.data.buffer.byteLength, SIZE);
});

test('a Buffer that is part of a pool is copied, too', async () => {
  const store = new LocalStore(10 * EACH);
  const data = Buffer.from('pooled');
  store.put('a', [{ name: 'y', datatype: 'UINT8', shape: [6], data }]);
  data.fill(0);
  assert.equal(Buffer.from((await store.get('a'))?.[0]?.data ?? []).toString(), 'pooled');
});

test('a store that was closed is empty', async () => {
  const store = new LocalStore(10 * EACH);
  store.put('a', answerOf(SIZE));
  await store.close();
  assert.deepEqual([store.size, store.byteLength, await store.get('a')], [0, 0, null]);
});

test('a thousand answers in the room of ten: ten are held, and the count of bytes is right', () => {
  const store = new LocalStore(10 * EACH);
  for (let i = 0; i < 1000; i++) store.put(String.fromCharCode(0x4e00 + i), answerOf(SIZE));
  assert.deepEqual([store.size, store.byteLength], [10, 10 * EACH]);
});
