/** What a slow or failing Redis costs. How a real one is spoken to is in test/integration/response-cache-redis.test.ts. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Deferred, deferred } from '#core/deferred.js';
import type { Tensor } from '#tensor/tensor.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { hearLog } from '../../../test/support/heard.js';
import { KEY_PREFIX, MOST_BYTES, REPLY_MS, type RedisClient, RedisStore, SKIP_MS } from './redis-store.js';

const answer: readonly Tensor[] = [{ name: 'y', datatype: 'UINT8', shape: [2], data: Uint8Array.of(1, 2) }];

/** Answers when the test says so, or never. */
class FakeRedis implements RedisClient {
  isReady = true;
  readonly held = new Map<string, Buffer>();
  readonly asked: Deferred<Buffer | null>[] = [];
  readonly sets: [key: string, ttlSeconds: number][] = [];
  destroyed = 0;

  get(): Promise<Buffer | null> {
    const reply = deferred<Buffer | null>();
    this.asked.push(reply);
    return reply.promise;
  }

  async set(key: string, value: Buffer, ttlSeconds: number): Promise<unknown> {
    this.held.set(key, value);
    this.sets.push([key, ttlSeconds]);
    return 'OK';
  }

  destroy(): void {
    this.destroyed++;
  }
}

function setUp(t: TestContext) {
  const heard = hearLog(t);
  const clock = new FakeClock();
  const redis = new FakeRedis();
  const store = new RedisStore(redis, 'cache:6379', 60, clock);
  return { heard, clock, redis, store };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an answer is kept under a name of its own, for so long, and found again', async (t) => {
  const { redis, store, clock } = setUp(t);
  store.put('k', answer);
  await settle();
  assert.deepEqual(redis.sets, [[`${KEY_PREFIX}k`, 60]]);
  const found = store.get('k');
  redis.asked[0]?.resolve(redis.held.get(`${KEY_PREFIX}k`) ?? null);
  assert.deepEqual(await found, answer);
  assert.equal(clock.timers, 0);
});

test('a Redis that does not answer costs a wait once, and is then left alone; the log says so once', async (t) => {
  const { heard, redis, store, clock } = setUp(t);
  const slow = store.get('k');
  clock.advance(REPLY_MS);
  assert.equal(await slow, null);
  assert.equal(await store.get('k'), null);
  store.put('k', answer);
  assert.deepEqual([redis.asked.length, redis.sets.length], [1, 0]);
  clock.advance(SKIP_MS);
  const tries = store.get('k');
  assert.equal(await store.get('k'), null);
  assert.equal(redis.asked.length, 2);
  redis.asked[1]?.reject(new Error('connection reset'));
  assert.equal(await tries, null);
  assert.deepEqual(heard, [
    `WARN Redis cache:6379 cannot be used to keep answers: no answer within ${REPLY_MS} ms; requests go on without it, and it is tried again`,
  ]);
});

test('a Redis that answers again is used again, and the log says so', async (t) => {
  const { heard, redis, store, clock } = setUp(t);
  const slow = store.get('k');
  clock.advance(REPLY_MS);
  await slow;
  // What comes after all is nothing to anybody.
  redis.asked[0]?.resolve(null);
  await settle();
  assert.equal(await store.get('k'), null);
  assert.equal(redis.asked.length, 1);
  clock.advance(SKIP_MS);
  const tries = store.get('k');
  redis.asked[1]?.resolve(null);
  await tries;
  void store.get('k');
  void store.get('k');
  assert.equal(redis.asked.length, 4);
  assert.equal(heard.at(-1), 'INFO Redis cache:6379 is back: answers are kept there again');
});

test('without a connection nobody waits; with a new one it is used at once', async (t) => {
  const { heard, redis, store } = setUp(t);
  redis.isReady = false;
  store.disconnected('ECONNREFUSED');
  store.disconnected('ECONNREFUSED');
  assert.equal(await store.get('k'), null);
  store.put('k', answer);
  assert.deepEqual([redis.asked.length, redis.sets.length], [0, 0]);
  redis.isReady = true;
  store.connected();
  void store.get('k');
  assert.equal(redis.asked.length, 1);
  assert.deepEqual(
    heard.map((line) => line.split(' ')[0]),
    ['WARN', 'INFO'],
  );
});

test('an answer that is too large for it is not sent there', async (t) => {
  const { redis, store } = setUp(t);
  const data = new Uint8Array(MOST_BYTES);
  store.put('k', [{ name: 'y', datatype: 'UINT8', shape: [data.length], data }]);
  await settle();
  assert.equal(redis.sets.length, 0);
});

test('closing it waits for what is on its way there, but no longer than for anything else, and is no error', async (t) => {
  const { heard, clock, redis, store } = setUp(t);
  redis.set = () => new Promise(() => {});
  store.put('k', answer);
  const closed = store.close();
  await settle();
  assert.equal(redis.destroyed, 0);
  clock.advance(REPLY_MS);
  await closed;
  store.disconnected('destroyed');
  assert.equal(redis.destroyed, 1);
  assert.deepEqual(heard, []);
});
