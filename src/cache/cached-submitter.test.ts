import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { type ErrorCode, ServingError } from '#core/errors.js';
import { NO_SCHEDULE } from '#inference/request.js';
import type { Job, Submitter, TaskResult } from '#scheduler/task.js';
import type { Tensor } from '#tensor/tensor.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { CachedSubmitter } from './cached-submitter.js';
import { LocalStore } from './local-store.js';

const timings = { queuedNs: 1, inputNs: 2, runNs: 3, outputNs: 4, batchRows: 1 };

/** Runs end when the test says so. The answer is ten times the input. */
class FakeModel implements Submitter {
  readonly runs: { readonly call: Call; end(): void; fail(code: ErrorCode): void }[] = [];

  submit({ inputs }: Job, call: Call): Promise<TaskResult> {
    const answer: Deferred<TaskResult> = deferred();
    const data = (inputs[0]?.data ?? new Uint8Array(1)).map((each) => each * 10);
    // As an engine's thread does: the bytes are gone.
    inputs[0]?.data.fill(0);
    this.runs.push({
      call,
      end: () => answer.resolve({ outputs: [{ name: 'y', datatype: 'UINT8', shape: [1], data }], timings }),
      fail: (code) => answer.reject(new ServingError(code, 'it failed')),
    });
    return answer.promise;
  }
}

/** A store that takes until the test says so to look. */
class SlowStore extends LocalStore {
  look: Promise<void> = Promise.resolve();

  override async get(key: string): Promise<readonly Tensor[] | null> {
    await this.look;
    return await super.get(key);
  }
}

function callOf(parts: Partial<Call> = {}): Call {
  return { signal: new AbortController().signal, deadline: null, receivedAt: 0, ...parts };
}

function jobOf(value: number, parts: Partial<Job> = {}): Job {
  const input: Tensor = { name: 'x', datatype: 'UINT8', shape: [1], data: Uint8Array.of(value) };
  return { inputs: [input], outputs: ['y'], rows: 1, schedule: NO_SCHEDULE, sequence: null, ...parts };
}

function setUp() {
  const clock = new FakeClock();
  const model = new FakeModel();
  const store = new SlowStore(1e6);
  const cached = new CachedSubmitter(model, store, { name: 'm', version: '1', fingerprint: 'f' }, clock);
  /** What a request comes to: its answer, or its error's code. */
  const ask = (value: number, call = callOf(), parts: Partial<Job> = {}): Promise<string> =>
    cached.submit(jobOf(value, parts), call).then(
      ({ outputs, isCached = false }) => {
        const said = `${outputs[0]?.data[0]}${isCached ? ' kept' : ''}`;
        // As the listener does with what has been sent.
        outputs[0]?.data.fill(0);
        return said;
      },
      (error: ServingError) => error.code,
    );
  return { clock, model, store, cached, ask };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets a run that has begun end. */
async function end(model: FakeModel, index: number): Promise<void> {
  await settle();
  model.runs[index]?.end();
}

test('what was asked before is answered without a run, as often as it is asked', async () => {
  const { model, ask } = setUp();
  const first = ask(1);
  await end(model, 0);
  assert.deepEqual([await first, await ask(1), await ask(1)], ['10', '10 kept', '10 kept']);
  const other = ask(2);
  await end(model, 1);
  assert.equal(await other, '20');
  assert.equal(model.runs.length, 2);
});

test('other outputs are another question, another schedule is not', async () => {
  const { model, ask } = setUp();
  const first = ask(1);
  await end(model, 0);
  await first;
  assert.equal(await ask(1, callOf(), { schedule: { priority: 1, timeoutUs: 5 } }), '10 kept');
  const other = ask(1, callOf(), { outputs: ['z'] });
  await end(model, 1);
  assert.equal(await other, '10');
});

test('the time of the look is told: for a hit it is all there was', async () => {
  const { clock, model, store, cached } = setUp();
  const ask = async (): Promise<TaskResult> => {
    const looked = deferred<void>();
    store.look = looked.promise;
    const answer = cached.submit(jobOf(1), callOf());
    clock.advance(2);
    looked.resolve();
    await end(model, 0);
    return await answer;
  };
  const miss = await ask();
  assert.deepEqual([miss.isCached, miss.lookupNs, miss.timings], [undefined, 2e6, timings]);
  const hit = await ask();
  assert.deepEqual([hit.isCached, hit.lookupNs], [true, 2e6]);
  assert.deepEqual(hit.timings, { queuedNs: 2e6, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 0 });
});

test('requests of a sequence always run', async () => {
  const { model, ask } = setUp();
  const sequence = { id: 5n, isStart: false, isEnd: false };
  for (const index of [0, 1]) {
    const answer = ask(1, callOf(), { sequence });
    await end(model, index);
    assert.equal(await answer, '10');
  }
});

test('errors are not kept', async () => {
  const { model, ask } = setUp();
  const first = ask(1);
  await settle();
  model.runs[0]?.fail('INTERNAL');
  assert.equal(await first, 'INTERNAL');
  const second = ask(1);
  await end(model, 1);
  assert.equal(await second, '10');
});

test('the same request, many times at once, runs once; each has an answer of its own', async () => {
  const { model, ask } = setUp();
  const answers = [1, 2, 1, 1, 1].map((value) => ask(value));
  await end(model, 0);
  await end(model, 1);
  assert.deepEqual(await Promise.all(answers), ['10', '20', '10 kept', '10 kept', '10 kept']);
  assert.equal(model.runs.length, 2);
});

for (const code of ['INTERNAL', 'OVERLOADED', 'UNAVAILABLE'] as const) {
  test(`a run that ends ${code} ends so for all who wait for it`, async () => {
    const { model, ask } = setUp();
    const answers = [ask(1), ask(1)];
    await settle();
    model.runs[0]?.fail(code);
    assert.deepEqual(await Promise.all(answers), [code, code]);
    assert.equal(model.runs.length, 1);
  });
}

for (const code of ['CANCELLED', 'DEADLINE_EXCEEDED'] as const) {
  test(`when the one who leads ends ${code}, the others run once more, together`, async () => {
    const { model, ask } = setUp();
    const answers = [ask(1), ask(1), ask(1)];
    await settle();
    model.runs[0]?.fail(code);
    await end(model, 1);
    assert.deepEqual(await Promise.all(answers), [code, '10', '10 kept']);
    assert.equal(model.runs.length, 2);
  });

  test(`when the next ends ${code}, too, each who is left runs alone`, async () => {
    const { model, ask } = setUp();
    const answers = [ask(1), ask(1), ask(1), ask(1)];
    for (const index of [0, 1]) {
      await settle();
      model.runs[index]?.fail(code);
    }
    await end(model, 2);
    await end(model, 3);
    assert.deepEqual(await Promise.all(answers), [code, code, '10', '10']);
  });
}

test('one who waits with others and leaves is told at once, and the others have their answer', async () => {
  const { clock, model, ask } = setUp();
  const leaver = new AbortController();
  const first = ask(1);
  const leaves = ask(1, callOf({ signal: leaver.signal }));
  const late = ask(1, callOf({ deadline: 50 }));
  const stays = ask(1, callOf({ deadline: 5000 }));
  leaver.abort();
  assert.equal(await leaves, 'CANCELLED');
  clock.advance(50);
  assert.equal(await late, 'DEADLINE_EXCEEDED');
  await end(model, 0);
  assert.deepEqual([await first, await stays], ['10', '10 kept']);
  assert.equal(clock.timers, 0);
  assert.equal(await ask(1, callOf({ signal: AbortSignal.abort() })), '10 kept');
});

test('one who has left already joins nobody', async () => {
  const { model, ask } = setUp();
  const first = ask(1);
  assert.equal(await ask(1, callOf({ signal: AbortSignal.abort() })), 'CANCELLED');
  await end(model, 0);
  assert.equal(await first, '10');
});
