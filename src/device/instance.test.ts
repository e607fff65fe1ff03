import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { deferred } from '#core/deferred.js';
import type { ServingError } from '#core/errors.js';
import type { Tensor } from '#tensor/tensor.js';
import type { SessionData } from '#worker/messages.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import { EngineHost } from './engine-host.js';
import { Instance, type WarmUp } from './instance.js';
import { PLAIN_ISOLATION } from './isolation.js';
import { processWall } from './process-wall.js';
import type { EngineSession } from './session.js';
import { threadWall } from './thread-wall.js';

const MOODY = new URL('../../test/support/moody-worker.js', import.meta.url);

function dataOf(path: string): SessionData {
  return { artifact: { path }, options: PLAIN_OPTIONS };
}

function instanceOf(t: TestContext, path: string | (() => string), warmUp?: WarmUp) {
  const clock = new FakeClock();
  const heard: string[] = [];
  const openSession = (): EngineSession =>
    new EngineHost(threadWall(MOODY)).open(dataOf(typeof path === 'string' ? path : path()));
  const instance = new Instance(
    {
      id: 'Model#0001/cpu/0',
      data: dataOf(''),
      openSession,
      isolation: PLAIN_ISOLATION,
      ...(warmUp && { warmUp }),
    },
    clock,
  );
  let wake = (): void => {};
  instance.listen({
    available: () => {
      heard.push('available');
      wake();
    },
    lost: (reason) => {
      heard.push(`lost: ${reason}`);
      wake();
    },
  });
  t.after(() => instance.close());
  /** Settles when the listener hears something. */
  const hear = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  return { clock, instance, heard, hear };
}

const tensor = (name: string, bytes = 1): Tensor => ({
  name,
  datatype: 'UINT8',
  shape: [bytes],
  data: new Uint8Array(bytes).fill(9),
});

const failure = (promise: Promise<unknown>): Promise<ServingError> =>
  promise.then(
    () => assert.fail('it was answered'),
    (error: ServingError) => error,
  );

/** Lets a restart that waits for its timer begin, once the death has been noticed. */
async function untilTimer(clock: FakeClock): Promise<void> {
  for (let turn = 0; turn < 1e6 && clock.timers === 0; turn++) await new Promise(setImmediate);
}

test('an instance runs what it is given, and its bytes come back whole', async (t) => {
  const { instance } = instanceOf(t, 'good');
  await instance.open();
  const whole = tensor('x', 10_000);
  const slice: Tensor = { ...tensor('y'), data: new Uint8Array(64).fill(7).subarray(8, 9) };
  const { outputs, runNs } = await instance.run([whole, slice], ['out']);
  assert.deepEqual([...(outputs[0]?.data ?? [])], new Array(10_000).fill(9));
  assert.deepEqual([...(outputs[1]?.data ?? [])], [7]);
  assert.equal(outputs[1]?.data.buffer.byteLength, 1, 'only the slice crossed the wall');
  assert.equal(runNs, 5);
});

test('a model that cannot be loaded says why', async (t) => {
  const { instance } = instanceOf(t, 'refuses');
  const error = await failure(instance.open());
  assert.deepEqual([error.code, error.message], ['INVALID_ARGUMENT', 'no such model']);
});

test('a thread that dies while it loads fails the load', async (t) => {
  const { instance } = instanceOf(t, 'dies');
  const error = await failure(instance.open());
  assert.deepEqual(
    [error.code, error.message],
    ['INTERNAL', 'the engine thread died: it ended with status 3'],
  );
});

for (const [how, reason] of [
  ['exit', 'it ended with status 7'],
  ['throw', 'an error nobody caught'],
] as const) {
  test(`a thread that dies of ${how} fails its own runs and comes back`, async (t) => {
    const { instance, clock, heard, hear } = instanceOf(t, 'good');
    await instance.open();
    const held = failure(instance.run([tensor('hold')], []));
    const fatal = failure(instance.run([tensor(how)], []));
    for (const error of await Promise.all([held, fatal])) {
      assert.deepEqual([error.code, error.message], ['INTERNAL', `the engine thread died: ${reason}`]);
    }
    await untilTimer(clock);
    assert.equal(instance.freeSlots, 0, 'no work for a thread that is not there');
    const back = hear();
    clock.advance(100);
    await back;
    assert.deepEqual(heard, ['available']);
    assert.equal(instance.freeSlots, 1);
    assert.equal(instance.threadDeaths, 1);
    assert.deepEqual(instance.restarts, { crash: 1, killed: 0, hang: 0, load: 0 });
    assert.equal((await instance.run([tensor('x')], [])).outputs.length, 1);
  });
}

test('an instance whose thread dies again and again is given up', async (t) => {
  let starts = 0;
  const { instance, clock, heard, hear } = instanceOf(t, () => (starts++ === 0 ? 'good' : 'dies'));
  await instance.open();
  await failure(instance.run([tensor('exit')], []));
  const lost = hear();
  const delays: number[] = [];
  for (let attempt = 0; attempt < 5; attempt++) {
    await untilTimer(clock);
    const before = clock.now();
    while (clock.timers > 0) clock.advance(100);
    delays.push(clock.now() - before);
  }
  await lost;
  assert.deepEqual(delays, [100, 200, 400, 800, 1600]);
  assert.match(heard[0] ?? '', /^lost: its engine thread died again and again, last: .*status 3/);
  assert.equal(instance.threadDeaths, 6);
  assert.deepEqual(instance.restarts, { crash: 1, killed: 0, hang: 0, load: 4 });
});

test('closing lets the run in flight finish, and closing twice is closing', async (t) => {
  const { instance } = instanceOf(t, 'good');
  await instance.open();
  const run = instance.run([tensor('x')], []);
  await instance.close();
  assert.equal((await run).outputs.length, 1);
  await instance.close();
  assert.equal(instance.freeSlots, 0);
});

test('an instance that is closed while it waits to be restarted stays closed', async (t) => {
  let starts = 0;
  const { instance, clock, heard } = instanceOf(t, () => {
    starts++;
    return 'good';
  });
  await instance.open();
  await failure(instance.run([tensor('exit')], []));
  await untilTimer(clock);
  await instance.close();
  clock.advance(100);
  await new Promise(setImmediate);
  assert.deepEqual([starts, heard], [1, []]);
});

test('an instance that is closed while it opens does not open', async (t) => {
  const { instance } = instanceOf(t, 'good');
  const opening = failure(instance.open());
  const closing = instance.close();
  assert.equal((await opening).code, 'CANCELLED');
  await closing;
  assert.equal(instance.freeSlots, 0);
});

test('who listens too late still hears that the instance is lost', async (t) => {
  let starts = 0;
  const { instance, clock, hear } = instanceOf(t, () => (starts++ === 0 ? 'good' : 'dies'));
  await instance.open();
  await failure(instance.run([tensor('exit')], []));
  const lost = hear();
  for (let attempt = 0; attempt < 5; attempt++) {
    await untilTimer(clock);
    while (clock.timers > 0) clock.advance(100);
  }
  await lost;
  const late: string[] = [];
  instance.listen({ available: () => {}, lost: (reason) => late.push(reason) });
  assert.equal(late.length, 1);
});

test('short runs may wait at the thread, long ones not', async (t) => {
  const { instance } = instanceOf(t, 'good');
  await instance.open();
  assert.equal(instance.freeSlots, 1);
  await instance.run([tensor('x')], []);
  assert.equal(instance.freeSlots, 32);
});

test('a run that cannot be sent fails alone, and the others of its moment are sent', async (t) => {
  const { instance } = instanceOf(t, 'good');
  await instance.open();
  const twice = tensor('twice', 5000);
  const runs = [twice, tensor('other'), twice].map((input) => instance.run([input], []));
  const [first, other, second] = await Promise.allSettled(runs);
  assert.deepEqual([first?.status, other?.status, second?.status], ['fulfilled', 'fulfilled', 'rejected']);
  assert.equal(instance.inFlight, 0);
});

test('an instance is warm before it has free slots, and again when it comes back', async (t) => {
  const seen: number[] = [];
  const { instance, clock, hear } = instanceOf(t, 'good', async (model, run) => {
    assert.equal(model.platform, 'moody');
    seen.push(instance.freeSlots);
    assert.equal((await run([tensor('x')], ['out'])).outputs.length, 1);
    return 1;
  });
  await instance.load();
  assert.equal(instance.freeSlots, 0, 'loaded, and not warm');
  assert.equal(await instance.begin(), 1);
  assert.equal(instance.freeSlots, 1, 'a run to warm up with says nothing of how long runs are');
  await failure(instance.run([tensor('exit')], []));
  await untilTimer(clock);
  const back = hear();
  clock.advance(100);
  await back;
  assert.deepEqual(seen, [0, 0]);
});

test('an instance that cannot be warmed up says why, and leaves no thread behind', async (t) => {
  const { instance } = instanceOf(t, 'good', () => Promise.reject(new Error('too cold')));
  await assert.rejects(instance.open(), { message: 'too cold' });
  assert.equal(instance.freeSlots, 0);
});

test('a restart that cannot be warmed up is tried again', async (t) => {
  let warmings = 0;
  const { instance, clock, heard, hear } = instanceOf(t, 'good', async () => {
    warmings++;
    if (warmings === 2) throw new Error('too cold');
    return 1;
  });
  await instance.open();
  await failure(instance.run([tensor('exit')], []));
  await untilTimer(clock);
  clock.advance(100);
  await untilTimer(clock);
  const back = hear();
  clock.advance(200);
  await back;
  assert.deepEqual([warmings, heard], [3, ['available']]);
});

test('a thread that dies of what was to warm it up is not taken for a good one', async (t) => {
  const { instance } = instanceOf(t, 'good', async (_, run) => {
    await run([tensor('exit')], []).catch(() => {});
    return 0;
  });
  const error = await failure(instance.open());
  assert.deepEqual(
    [error.code, error.message],
    ['INTERNAL', 'the engine thread died before a request came: it ended with status 7'],
  );
});

test('an instance that is closed while it is warmed up does not open', async (t) => {
  const warming = deferred<void>();
  const { instance } = instanceOf(t, 'good', async (_, run) => {
    for (;;) {
      const answer = run([tensor('x')], []);
      warming.resolve();
      await answer;
    }
  });
  const opening = failure(instance.open());
  await warming.promise;
  await instance.close();
  assert.equal((await opening).code, 'CANCELLED');
});

test('a run keeps the threads of its session busy, and those of other hardware none here', async (t) => {
  const { instance } = instanceOf(t, 'good');
  assert.equal(instance.hostThreads, PLAIN_OPTIONS.threads);
  const options = { ...PLAIN_OPTIONS, threads: 8 };
  const openSession = (): EngineSession => new EngineHost(threadWall(MOODY)).open(dataOf('good'));
  const on = (provider: string): Instance => {
    const data = { artifact: { path: '' }, options: { ...options, provider } };
    return new Instance({ id: provider, data, openSession, isolation: PLAIN_ISOLATION }, new FakeClock());
  };
  assert.equal(on('cuda:0').hostThreads, 0);
  assert.equal(on('cpu').hostThreads, 8);
  const fellBack = on('cuda:0');
  t.after(() => fellBack.close());
  await fellBack.open();
  assert.equal(fellBack.hostThreads, 1, 'the session says that it runs on the CPU, with one thread');
});

for (const [wall, entry, text] of [
  ['process', 'moody-process.js', 'the model was not loaded within 5 s (load_timeout)'],
  [
    'thread',
    'moody-worker.js',
    'the model was not loaded within 5 s (load_timeout); its thread cannot be ended in the middle of that and goes on until it is done, which only isolation: process can prevent',
  ],
] as const) {
  test(`a load that hangs in a ${wall} has failed after its bound`, async (t) => {
    const clock = new FakeClock();
    const url = new URL(`../../test/support/${entry}`, import.meta.url);
    const host = new EngineHost(
      wall === 'process' ? processWall('furiosa-engine moody', url) : threadWall(url),
    );
    const session = host.open(dataOf('hangs'));
    const instance = new Instance(
      {
        id: 'Model#0001/cpu/0',
        data: dataOf(''),
        openSession: () => session,
        isolation: { wall, runTimeoutMs: null, loadTimeoutMs: 5000 },
      },
      clock,
    );
    t.after(() => instance.close());
    const refused = failure(instance.open());
    clock.advance(4999);
    assert.equal(session.hasEnded, false);
    clock.advance(1);
    const { code, message } = await refused;
    assert.deepEqual([code, message], ['UNAVAILABLE', text]);
    assert.equal(clock.timers, 0);
    await instance.close();
    await host.ended;
  });
}
