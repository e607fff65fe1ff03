import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import type { ServingError } from '#core/errors.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import {
  HeldModel,
  type HeldRun,
  HISTORY_MODEL,
  HISTORY_OPTIONS,
  historyJob,
  listOf,
} from '../../test/support/history-model.js';
import type { SequenceOptions } from './sequence-options.js';
import { openSequences } from './sequences.js';
import type { Job } from './task.js';

/** Lets every promise that can settle now settle. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Flags = '' | 'start' | 'end' | 'start end';

async function setUp(parts: Partial<SequenceOptions> = {}, maxWaiting = 8) {
  const clock = new FakeClock();
  const held = new HeldModel();
  const options = { ...HISTORY_OPTIONS, ...parts };
  const scheduler = await openSequences(
    { options, model: HISTORY_MODEL, inner: held, maxWaiting, clock },
    () => Promise.reject(new Error('no file')),
  );
  const callOf = (call: Partial<Call>): Call => ({
    signal: new AbortController().signal,
    deadline: null,
    receivedAt: 0,
    ...call,
  });
  const submit = (id: number | string, x: number, flags: Flags = '', call: Partial<Call> = {}) => {
    const ref = {
      id: typeof id === 'number' ? BigInt(id) : id,
      isStart: flags.includes('start'),
      isEnd: flags.includes('end'),
    };
    return scheduler.submit(historyJob(x, ref), callOf(call));
  };
  const running = (): readonly number[] => held.runs.map(({ x }) => x);
  /** Ends the run of the request with that x, and lets the next begin. */
  const over = async (x: number, end: (run: HeldRun) => void = (run) => run.finish()): Promise<void> => {
    await settle();
    const run = held.runs.find((each) => each.x === x);
    assert.ok(run, `${x} is not running, but ${running()}`);
    end(run);
    await settle();
  };
  /** The list that a request is answered with. */
  const ask = async (id: number | string, x: number, flags: Flags = ''): Promise<readonly number[]> => {
    const answer = submit(id, x, flags);
    await over(x);
    return listOf(await answer);
  };
  return { clock, held, scheduler, submit, running, over, ask, callOf };
}

const failure = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'answered',
    (error: ServingError) => `${error.code}: ${error.message}`,
  );

const startNeeded = (id: number | string): string =>
  `INVALID_ARGUMENT: inference request for sequence ${id} to model 'm' must specify the START flag on the first request of the sequence`;

const boom = (run: HeldRun): void => run.fail(new Error('boom'));

test('each request finds what those before it left, and no other sequence', async () => {
  const { ask, held, submit } = await setUp();
  assert.deepEqual(await ask(1, 10, 'start'), [10]);
  assert.deepEqual(await ask('1', 20, 'start'), [20], 'an id of text is another');
  assert.deepEqual(await ask(1, 11), [10, 11]);
  assert.deepEqual(await ask('1', 21), [20, 21]);
  void submit(1, 12, 'end');
  await settle();
  const { id, isStart, isEnd } = held.runs[0] as HeldRun;
  assert.deepEqual({ id, isStart, isEnd }, { id: '1', isStart: false, isEnd: true });
});

test('a sequence has one request inside at a time, and different sequences run side by side', async () => {
  const { submit, running, over } = await setUp();
  const answers = [submit(1, 10, 'start'), submit(1, 11), submit(2, 20, 'start'), submit(1, 12)];
  await settle();
  assert.deepEqual(running(), [10, 20]);
  await over(10);
  assert.deepEqual(running(), [20, 11]);
  await over(11);
  await over(12);
  await over(20);
  assert.deepEqual((await Promise.all(answers)).map(listOf), [[10], [10, 11], [20], [10, 11, 12]]);
});

test('a sequence must be started, and again after its end', async () => {
  const { submit, ask } = await setUp();
  assert.equal(await failure(submit(1, 10)), startNeeded(1));
  assert.equal(await failure(submit('a', 10)), startNeeded('a'));
  await ask(1, 10, 'start');
  assert.deepEqual(await ask(1, 11, 'end'), [10, 11]);
  assert.equal(await failure(submit(1, 12)), startNeeded(1));
  assert.deepEqual(await ask(1, 13, 'start end'), [13]);
  assert.equal(await failure(submit(1, 14, 'end')), startNeeded(1));
});

test('behind an END that is not answered yet only a START is taken', async () => {
  const { submit, over } = await setUp();
  const first = submit(1, 10, 'start end');
  assert.equal(await failure(submit(1, 11)), startNeeded(1));
  const second = submit(1, 12, 'start');
  const third = submit(1, 13);
  for (const x of [10, 12, 13]) await over(x);
  assert.deepEqual((await Promise.all([first, second, third])).map(listOf), [[10], [12], [12, 13]]);
});

test('a START in the middle of a sequence starts it anew', async () => {
  const { ask } = await setUp();
  await ask(1, 10, 'start');
  assert.deepEqual(await ask(1, 11, 'start'), [11]);
  assert.deepEqual(await ask(1, 12), [11, 12]);
});

test('a request that fails leaves the sequence as it was, and those behind it run', async () => {
  const { submit, over, ask, held } = await setUp();
  await ask(1, 10, 'start');
  const failing = failure(submit(1, 11));
  const behind = submit(1, 12);
  await over(11, boom);
  await over(12);
  assert.equal(await failing, 'INTERNAL: boom');
  assert.deepEqual(listOf(await behind), [10, 12]);
  const start = failure(submit(1, 13, 'start'));
  await over(13, boom);
  await start;
  void submit(1, 14);
  await settle();
  assert.equal(held.runs[0]?.isStart, true, 'the first that finds nothing before it is told so');
});

test('an END that fails ends nothing', async () => {
  const { submit, over, ask } = await setUp();
  await ask(1, 10, 'start');
  const end = failure(submit(1, 11, 'end'));
  await over(11, boom);
  await end;
  assert.deepEqual(await ask(1, 12, 'end'), [10, 12]);
  assert.equal(await failure(submit(1, 13)), startNeeded(1));
});

test('sequences wait for a slot in the order they came, and an END frees one', async () => {
  const { submit, running, over, scheduler } = await setUp();
  const answers = [submit(1, 10, 'start'), submit(2, 20, 'start'), submit(3, 30, 'start')];
  answers.push(submit(4, 40, 'start end'), submit(3, 31, 'end'), submit(1, 11, 'end'));
  await over(10);
  await over(20);
  assert.deepEqual(running(), [11], 'the slot of 2 is kept for it');
  assert.equal(scheduler.waiting, 3);
  await over(11);
  assert.deepEqual(running(), [30]);
  await over(30);
  await over(31);
  await over(40);
  assert.deepEqual((await Promise.all(answers)).map(listOf), [[10], [20], [30], [40], [30, 31], [10, 11]]);
  assert.equal(scheduler.sequences, 1);
});

test('a sequence that is started again behind its END does not keep others from the slot', async () => {
  const { submit, running, over } = await setUp({
    strategy: { ...OLDEST, maxCandidates: 1 },
  });
  void submit(1, 10, 'start end');
  void submit(2, 20, 'start end');
  void submit(1, 11, 'start end');
  await over(10);
  assert.deepEqual(running(), [20]);
  await over(20);
  assert.deepEqual(running(), [11]);
});

const OLDEST = {
  kind: 'oldest',
  maxCandidates: 3,
  preferredRows: [],
  maxDelayMs: 0,
  preserveOrdering: false,
} as const;

test('the oldest strategy serves as many sequences as it is told', async () => {
  const { submit, running } = await setUp({ strategy: OLDEST });
  for (const id of [1, 2, 3, 4]) void submit(id, id, 'start');
  await settle();
  assert.deepEqual(running(), [1, 2, 3]);
});

test('a sequence that is idle for too long is dropped, and its slot given to the next', async () => {
  const { clock, submit, ask, over, running } = await setUp();
  await ask(1, 10, 'start');
  clock.advance(600);
  await ask(2, 20, 'start');
  void submit(3, 30, 'start');
  clock.advance(399);
  assert.deepEqual(running(), []);
  clock.advance(1);
  assert.deepEqual(running(), [30]);
  assert.equal(await failure(submit(1, 11)), startNeeded(1));
  await over(30);
  assert.deepEqual(await ask(2, 21), [20, 21], 'the other has time left');
  clock.advance(999);
  assert.deepEqual(await ask(2, 22), [20, 21, 22], 'which every answer gives it anew');
});

test('a request that runs for long does not make its sequence idle', async () => {
  const { clock, submit, over, ask } = await setUp();
  const first = submit(1, 10, 'start');
  await settle();
  clock.advance(5000);
  await over(10);
  await first;
  assert.deepEqual(await ask(1, 11), [10, 11]);
});

test('no timer is left when no sequence is', async () => {
  const { clock, ask } = await setUp();
  await ask(1, 10, 'start');
  assert.equal(clock.timers, 1);
  await ask(1, 11, 'end');
  assert.equal(clock.timers, 0);
});

test('a waiting request whose caller leaves is never run, and those behind it do not see it', async () => {
  const { submit, over, held, scheduler } = await setUp();
  const leaver = new AbortController();
  const answers = [submit(1, 10, 'start')];
  const left = failure(submit(1, 11, '', { signal: leaver.signal }));
  answers.push(submit(1, 12));
  leaver.abort();
  assert.equal(await left, 'CANCELLED: the caller went away before the request was run');
  assert.equal(scheduler.waiting, 1);
  await over(10);
  await over(12);
  assert.deepEqual((await Promise.all(answers)).map(listOf), [[10], [10, 12]]);
  assert.deepEqual(held.seen, [10, 12]);
});

test('an END whose caller leaves while it waits ends nothing', async () => {
  const { submit, over, ask } = await setUp();
  const leaver = new AbortController();
  void submit(1, 10, 'start');
  const left = failure(submit(1, 11, 'end', { signal: leaver.signal }));
  leaver.abort();
  await left;
  await over(10);
  assert.deepEqual(await ask(1, 12), [10, 12]);
});

test('a request that waits for a slot expires at its deadline, and its sequence is forgotten', async () => {
  const { clock, submit, scheduler, running } = await setUp();
  void submit(1, 10, 'start');
  void submit(2, 20, 'start');
  const late = failure(submit(3, 30, 'start', { deadline: 50 }));
  clock.advance(50);
  assert.equal(await late, "DEADLINE_EXCEEDED: the request's deadline passed while it waited");
  assert.equal(scheduler.sequences, 2);
  assert.equal(await failure(submit(3, 31)), startNeeded(3));
  assert.deepEqual(running(), [10, 20]);
});

test('a caller who has left before is refused, and no sequence is started', async () => {
  const { submit, scheduler } = await setUp();
  const left = await failure(submit(1, 10, 'start', { signal: AbortSignal.abort() }));
  assert.equal(left, 'CANCELLED: the caller went away before the request was run');
  assert.equal(scheduler.sequences, 0);
});

test('one more than may wait is refused, and one that need not wait is not', async () => {
  const { submit, running } = await setUp({}, 1);
  void submit(1, 10, 'start');
  void submit(1, 11);
  const full = 'OVERLOADED: the queue of 1 waiting requests is full; try again later';
  assert.equal(await failure(submit(1, 12)), full);
  void submit(2, 20, 'start');
  assert.equal(await failure(submit(3, 30, 'start')), full);
  assert.deepEqual(running(), [10, 20]);
});

test('a request must say its sequence, and have one row', async () => {
  const { scheduler, callOf } = await setUp();
  const ask = (job: Job): Promise<string> => failure(scheduler.submit(job, callOf({})));
  assert.equal(
    await ask(historyJob(1, null)),
    "INVALID_ARGUMENT: inference request to model 'm' must specify a non-zero or non-empty correlation ID",
  );
  const ref = { id: 1n, isStart: true, isEnd: false };
  assert.equal(
    await ask({ ...historyJob(1, ref), rows: 2 }),
    "INVALID_ARGUMENT: inference request to model 'm' must specify batch-size 1 due to requirements of sequence batcher, but has 2 rows",
  );
});

test('the time a request waited for its turn is told', async () => {
  const { clock, submit, over } = await setUp();
  void submit(1, 10, 'start');
  const second = submit(1, 11);
  await settle();
  clock.advance(3);
  await over(10);
  await over(11);
  assert.equal((await second).timings.queuedNs, 3e6 + 5);
});

test('stopping answers what was accepted, even what waits for the slots of idle sequences', async () => {
  const { submit, ask, over, scheduler } = await setUp();
  await ask(1, 10, 'start');
  await ask(2, 20, 'start');
  const third = submit(3, 30, 'start');
  const fourth = submit(3, 31);
  let stopped = false;
  const stopping = scheduler.stop().then(() => {
    stopped = true;
  });
  assert.equal(await failure(submit(1, 11)), 'UNAVAILABLE: the model is being unloaded');
  await over(30);
  assert.equal(stopped, false);
  await over(31);
  assert.deepEqual((await Promise.all([third, fourth])).map(listOf), [[30], [30, 31]]);
  await stopping;
  assert.equal(scheduler.sequences, 0);
});
