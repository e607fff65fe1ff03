import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import type { ServingError } from '#core/errors.js';
import { NO_SCHEDULE } from '#inference/request.js';
import type { Tensor } from '#tensor/tensor.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { PLAIN_LAYOUT } from './batch-layout.js';
import { PLAIN_BATCHING, PLAIN_QUEUE } from './options.js';
import type { RunnerListener } from './runner.js';
import { Scheduler } from './scheduler.js';

/** A runner whose runs end when the test says so. */
class FakeRunner {
  readonly id = 'fake';
  readonly hostThreads = 1;
  readonly started: { readonly name: string; readonly end: Deferred<void> }[] = [];
  listener: RunnerListener | null = null;
  slots: number;

  constructor(slots: number) {
    this.slots = slots;
  }

  get freeSlots(): number {
    return this.slots - this.inFlight;
  }

  inFlight = 0;

  async run(inputs: readonly Tensor[]): Promise<{ outputs: readonly Tensor[]; runNs: number }> {
    const end = deferred<void>();
    this.inFlight++;
    this.started.push({ name: inputs[0]?.name ?? '', end });
    try {
      await end.promise;
    } finally {
      this.inFlight--;
    }
    return { outputs: inputs, runNs: 5 };
  }

  listen(listener: RunnerListener): void {
    this.listener = listener;
  }
}

function tensor(name: string): Tensor {
  return { name, datatype: 'UINT8', shape: [1], data: new Uint8Array(1) };
}

function callOf(parts: Partial<Call> = {}): Call {
  return { signal: new AbortController().signal, deadline: null, receivedAt: 0, ...parts };
}

function setUp(slots: number, maxQueueSize = 8) {
  const clock = new FakeClock();
  const runner = new FakeRunner(slots);
  const scheduler = new Scheduler({
    options: { batching: PLAIN_BATCHING, queue: { ...PLAIN_QUEUE, maxSize: maxQueueSize } },
    layout: PLAIN_LAYOUT,
    clock,
    label: 'model/1',
    cores: null,
    onRun: () => {},
  });
  const lost: string[] = [];
  scheduler.add(runner, (reason) => lost.push(reason));
  const submit = (name: string, call: Call = callOf()) =>
    scheduler.submit(
      { inputs: [tensor(name)], outputs: ['out'], rows: 1, schedule: NO_SCHEDULE, sequence: null },
      call,
    );
  return { clock, runner, scheduler, lost, submit };
}

/** Lets every promise that can settle now settle. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'answered',
    (error: ServingError) => error.code,
  );

test('tasks run in the order they came, as slots become free', async () => {
  const { runner, submit } = setUp(1);
  const answers = ['a', 'b', 'c'].map((name) => submit(name));
  assert.deepEqual(
    runner.started.map((each) => each.name),
    ['a'],
  );
  runner.started[0]?.end.resolve();
  assert.equal((await answers[0])?.outputs[0]?.name, 'a');
  await settle();
  assert.deepEqual(
    runner.started.map((each) => each.name),
    ['a', 'b'],
  );
});

test('a full queue refuses at once and says when to come back', async () => {
  const { submit } = setUp(1, 2);
  const held = ['a', 'b', 'c'].map((name) => submit(name));
  const refused = await submit('d').catch((error: ServingError) => error);
  assert.ok(!('outputs' in refused));
  assert.equal(refused.code, 'OVERLOADED');
  assert.equal(refused.retryAfterSeconds, 1);
  assert.equal(held.length, 3);
});

test('a waiting task whose caller leaves is never run', async () => {
  const { runner, submit, scheduler } = setUp(1);
  const first = submit('a');
  const leaver = new AbortController();
  const second = codeOf(submit('b', callOf({ signal: leaver.signal })));
  const third = submit('c');
  leaver.abort();
  assert.equal(await second, 'CANCELLED');
  assert.equal(scheduler.waiting, 1);
  runner.started[0]?.end.resolve();
  await first;
  await settle();
  runner.started[1]?.end.resolve();
  await third;
  assert.deepEqual(
    runner.started.map((each) => each.name),
    ['a', 'c'],
  );
});

test('a task whose caller has left before it could wait is refused', async () => {
  const { submit, scheduler } = setUp(0);
  assert.equal(await codeOf(submit('a', callOf({ signal: AbortSignal.abort() }))), 'CANCELLED');
  assert.equal(scheduler.waiting, 0);
});

test('a waiting task expires at its deadline, not when a runner is free', async () => {
  const { clock, submit, runner } = setUp(1);
  void submit('a');
  const late = codeOf(submit('b', callOf({ deadline: 50 })));
  clock.advance(49);
  await settle();
  assert.equal(runner.started.length, 1);
  clock.advance(1);
  assert.equal(await late, 'DEADLINE_EXCEEDED');
  assert.equal(clock.timers, 0);
});

test('a task that was answered leaves no timer behind', async () => {
  const { clock, submit, runner } = setUp(1);
  const first = submit('a');
  const second = submit('b', callOf({ deadline: 50 }));
  runner.started[0]?.end.resolve();
  await first;
  await settle();
  runner.started[1]?.end.resolve();
  await second;
  await settle();
  assert.equal(clock.timers, 0);
});

test('a runner that fails fails its own task only', async () => {
  const { submit, runner } = setUp(1);
  const first = codeOf(submit('a'));
  const second = submit('b');
  runner.started[0]?.end.reject(new Error('boom'));
  assert.equal(await first, 'INTERNAL');
  await settle();
  runner.started[1]?.end.resolve();
  assert.equal((await second).outputs.length, 1);
});

test('the time a task waited is told', async () => {
  const { clock, submit, runner } = setUp(1);
  const first = submit('a');
  const second = submit('b');
  clock.advance(3);
  runner.started[0]?.end.resolve();
  await first;
  await settle();
  runner.started[1]?.end.resolve();
  const { timings } = await second;
  assert.equal(timings.queuedNs, 3e6);
  assert.equal(timings.runNs, 5);
});

test('a runner that comes back takes what waits', async () => {
  const { submit, runner } = setUp(0);
  const answer = submit('a');
  assert.equal(runner.started.length, 0);
  runner.slots = 1;
  runner.listener?.available();
  runner.started[0]?.end.resolve();
  assert.equal((await answer).outputs.length, 1);
});

test('when the last runner is lost, what waits is refused and the owner hears the reason', async () => {
  const { submit, runner, lost } = setUp(0);
  const waiting = codeOf(submit('a'));
  runner.listener?.lost('it died');
  assert.equal(await waiting, 'UNAVAILABLE');
  assert.equal(await codeOf(submit('b')), 'UNAVAILABLE');
  assert.deepEqual(lost, ['it died']);
});

test('stopping answers what was accepted and refuses the rest', async () => {
  const { submit, runner, scheduler } = setUp(1);
  const first = submit('a');
  const second = submit('b');
  let stopped = false;
  const stopping = scheduler.stop().then(() => {
    stopped = true;
  });
  assert.equal(await codeOf(submit('c')), 'UNAVAILABLE');
  runner.started[0]?.end.resolve();
  await first;
  await settle();
  assert.equal(stopped, false);
  runner.started[1]?.end.resolve();
  await second;
  await stopping;
  assert.equal(stopped, true);
});
