/** Answers that are kept in a real Redis, which may go at any time. */
import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import type { CacheOptions, RedisOptions } from '#cache/options.js';
import { eventually } from '../support/eventually.js';
import { hearLog } from '../support/heard.js';
import { modelDirectory, tensorInfo, writeModel } from '../support/onnx-models.js';
import { encodeModel } from '../support/onnx-writer.js';
import { NO_REDIS, startRedis, type TestRedis } from '../support/redis.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const INFER = '/v2/models/model/infer';

/** `y` = -`x`, or `x` itself. */
function writeSign(op: 'Neg' | 'Identity'): string {
  const model = encodeModel({
    graph: {
      nodes: [{ op, inputs: ['x'], outputs: ['y'] }],
      inputs: [tensorInfo('x', 'FP32', ['n'])],
      outputs: [tensorInfo('y', 'FP32', ['n'])],
    },
  });
  return writeModel(folder, 'sign.onnx', model);
}

function redisOf(port: number, parts: Partial<RedisOptions> = {}): RedisOptions {
  return { host: '127.0.0.1', port, username: null, password: null, db: 0, tls: false, ...parts };
}

async function serveWith(t: TestContext, cache: CacheOptions): Promise<TestServer> {
  const path = writeSign('Neg');
  return await serve((end) => t.after(end), settingsOf([offerOf({ path, isCached: true })], { cache }));
}

const far = (redis: TestRedis): CacheOptions => ({ localBytes: 0, redis: redisOf(redis.port) });

/** Asks for -`value`, and says whether it had been kept. */
async function ask(server: TestServer, value: number, wanted = -value): Promise<boolean> {
  const before = await hits(server);
  const { status, json, text } = await server.post(INFER, inferBody(tensor('x', 'FP32', [1], [value])));
  assert.equal(status, 200, text);
  assert.deepEqual(json.outputs[0].data, [wanted]);
  return (await hits(server)) > before;
}

async function hits(server: TestServer): Promise<number> {
  const [stats] = (await server.get('/v2/models/model/stats')).json.model_stats;
  return stats.inference_stats.cache_hit.count;
}

describe('answers in Redis', { skip: NO_REDIS }, () => {
  test('are found again by the next server, until the model file is another', async (t) => {
    const redis = await startRedis((end) => t.after(end));
    const first = await serveWith(t, far(redis));
    assert.deepEqual([await ask(first, 1), await ask(first, 1)], [false, true]);
    // Put on its way by the last request; the server brings it there before it is gone.
    assert.equal(await ask(first, 2), false);
    await first.stop();
    const second = await serveWith(t, far(redis));
    assert.deepEqual([await ask(second, 1), await ask(second, 2)], [true, true]);
    await second.stop();
    const offer = offerOf({ path: writeSign('Identity'), isCached: true });
    const third = await serve((end) => t.after(end), settingsOf([offer], { cache: far(redis) }));
    assert.equal(await ask(third, 1, 1), false);
  });

  test('are kept near, too, when they were found there', async (t) => {
    const redis = await startRedis((end) => t.after(end));
    const first = await serveWith(t, far(redis));
    await ask(first, 1);
    await first.stop();
    const second = await serveWith(t, { ...far(redis), localBytes: 1e6 });
    assert.equal(await ask(second, 1), true);
    await redis.kill();
    assert.equal(await ask(second, 1), true);
  });

  test('have names of their own and go after a time', async (t) => {
    const redis = await startRedis((end) => t.after(end));
    const server = await serveWith(t, { localBytes: 0, redis: redisOf(redis.port, { ttlSeconds: 1000 }) });
    await ask(server, 1);
    await server.stop();
    const [[key] = ['none']] = await redis.entries();
    assert.match(key, /^furiosa:[0-9a-f]{64}$/);
    const left = await redis.secondsToLive(key);
    assert.ok(left > 900 && left <= 1000, `${left} s`);
  });

  test('that are damaged, or are not there but elsewhere, are run again and put right', async (t) => {
    const redis = await startRedis((end) => t.after(end));
    const server = await serveWith(t, far(redis));
    await ask(server, 1);
    await ask(server, 2);
    const [[key1, value1], [key2, value2]] = (await redis.entries()) as [[string, Buffer], [string, Buffer]];
    const damaged = Buffer.from(value1);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 0x80;
    for (const [one, two] of [
      [damaged, value2.subarray(0, 20)],
      [value2, value1],
      [Buffer.alloc(0), Buffer.from('hello')],
    ] as const) {
      await redis.put(key1, one);
      await redis.put(key2, two);
      assert.deepEqual([await ask(server, 1), await ask(server, 2)], [false, false]);
      assert.deepEqual([await ask(server, 1), await ask(server, 2)], [true, true]);
    }
  });

  test('that went with a killed Redis fail nobody, and are kept again when it is back', async (t) => {
    const heard = hearLog(t);
    const redis = await startRedis((end) => t.after(end));
    const server = await serveWith(t, far(redis));
    assert.deepEqual([await ask(server, 1), await ask(server, 1)], [false, true]);
    await redis.kill();
    for (let round = 0; round < 20; round++) assert.equal(await ask(server, 1), false);
    await redis.start();
    await eventually(
      () => ask(server, 1),
      (wasKept) => wasKept,
      20_000,
    );
    const about = heard.filter((line) => line.includes(`Redis 127.0.0.1:${redis.port}`));
    assert.deepEqual(
      about.map((line) => line.split(' ')[0]),
      ['WARN', 'INFO'],
      about.join('\n'),
    );
  });

  test('of a Redis that hangs are waited for once, and not again until it answers', async (t) => {
    const heard = hearLog(t);
    const redis = await startRedis((end) => t.after(end));
    const server = await serveWith(t, far(redis));
    await ask(server, 1);
    redis.freeze();
    t.after(() => redis.goOn());
    for (let round = 0; round < 20; round++) assert.equal(await ask(server, 1), false);
    const about = heard.filter((line) => line.includes(`Redis 127.0.0.1:${redis.port}`));
    assert.equal(about.length, 1, about.join('\n'));
    assert.match(about[0] ?? '', /^WARN .* no answer within \d+ ms; requests go on without it/);
  });

  test('need the right password; without it the server serves, and the log does not tell it', async (t) => {
    const heard = hearLog(t);
    const redis = await startRedis((end) => t.after(end), 'open sesame');
    const locked = redisOf(redis.port, { password: 'wrong horse' });
    const outside = await serveWith(t, { localBytes: 0, redis: locked });
    assert.deepEqual([await ask(outside, 1), await ask(outside, 1)], [false, false]);
    await outside.stop();
    assert.equal(heard.filter((line) => line.startsWith('WARN Redis')).length, 1);
    assert.ok(!heard.join().includes('wrong horse'));
    const inside = await serveWith(t, {
      localBytes: 0,
      redis: redisOf(redis.port, { username: 'default', password: 'open sesame', db: 3 }),
    });
    assert.deepEqual([await ask(inside, 1), await ask(inside, 1)], [false, true]);
  });

  test('are missed by a server that starts before its Redis, until that is there', async (t) => {
    const redis = await startRedis((end) => t.after(end));
    await redis.kill();
    const server = await serveWith(t, far(redis));
    assert.equal(await ask(server, 1), false);
    await redis.start();
    await eventually(
      () => ask(server, 1),
      (wasKept) => wasKept,
      20_000,
    );
  });
});
