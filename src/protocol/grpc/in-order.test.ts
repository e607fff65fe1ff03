import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Deferred, deferred } from '#core/deferred.js';
import { inOrder } from './in-order.js';

async function* numbers(count: number, then?: Error): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i;
  if (then) throw then;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('results come in the order of the items, whatever is done first', async () => {
  const work = new Map<number, Deferred<string>>();
  const results = inOrder(numbers(3), 8, (i) => {
    const result = deferred<string>();
    work.set(i, result);
    return result.promise;
  });
  const seen: string[] = [];
  const all = (async () => {
    for await (const result of results) seen.push(result);
  })();
  await turn();
  assert.deepEqual([...work.keys()], [0, 1, 2], 'all are begun');
  work.get(2)?.resolve('c');
  work.get(1)?.resolve('b');
  await turn();
  assert.deepEqual(seen, []);
  work.get(0)?.resolve('a');
  await all;
  assert.deepEqual(seen, ['a', 'b', 'c']);
});

test('a result is yielded while the source has nothing new', async () => {
  const more = deferred<void>();
  async function* slowly(): AsyncGenerator<number> {
    yield 1;
    await more.promise;
    yield 2;
  }
  const results = inOrder(slowly(), 8, (i) => Promise.resolve(i));
  assert.deepEqual(await results.next(), { value: 1, done: false });
  more.resolve();
  assert.deepEqual(await results.next(), { value: 2, done: false });
  assert.equal((await results.next()).done, true);
});

test('no more than the limit are begun and not taken', async () => {
  let begun = 0;
  const results = inOrder(numbers(100), 3, (i) => {
    begun++;
    return Promise.resolve(i);
  });
  await results.next();
  await turn();
  assert.ok(begun <= 4, `${begun} were begun`);
  let last = 0;
  for await (const result of results) last = result;
  assert.deepEqual([last, begun], [99, 100]);
});

test('failures of the work and of the source come in their place', async () => {
  const failing = inOrder(numbers(3), 8, (i) =>
    i === 1 ? Promise.reject(new Error('one')) : Promise.resolve(i),
  );
  assert.equal((await failing.next()).value, 0);
  await assert.rejects(failing.next(), /one/);
  const cut = inOrder(numbers(2, new Error('cut')), 8, (i) => Promise.resolve(i));
  assert.deepEqual([(await cut.next()).value, (await cut.next()).value], [0, 1]);
  await assert.rejects(cut.next(), /cut/);
});
