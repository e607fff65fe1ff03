import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import { ServingError } from '#core/errors.js';
import type { Tensor } from '#tensor/tensor.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { callOf, FakeRunner, inputOf, jobOf, marksOf, settle } from '../../test/support/scheduling.js';
import { PLAIN_LAYOUT } from './batch-layout.js';
import {
  type BatchingOptions,
  PLAIN_BATCHING,
  PLAIN_POLICY,
  PLAIN_QUEUE,
  type QueueOptions,
} from './options.js';
import type { RunReport } from './run-batch.js';
import { Scheduler } from './scheduler.js';
import type { Job, TaskResult } from './task.js';

/** Up to 8 rows in a run, and nobody waits for others. */
const BATCHING: BatchingOptions = { ...PLAIN_BATCHING, maxRows: 8, maxDelayMs: 0 };
/** Every request runs alone. */
const ALONE: Partial<BatchingOptions> = { maxRows: 0 };

interface Setting {
  readonly runners?: readonly FakeRunner[];
  readonly batching?: Partial<BatchingOptions>;
  readonly queue?: Partial<QueueOptions>;
}

interface Asking {
  readonly call?: Call;
  readonly job?: Partial<Job>;
  readonly rows?: number;
  readonly priority?: number;
  readonly timeoutMs?: number;
}

/** A scheduler with one runner of one slot, unless said otherwise. Requests are known by their marks. */
function setUp({ runners = [new FakeRunner()], batching, queue }: Setting = {}) {
  const clock = new FakeClock();
  const reports: RunReport[] = [];
  const scheduler = new Scheduler({
    options: { batching: { ...BATCHING, ...batching }, queue: { ...PLAIN_QUEUE, ...queue } },
    layout: PLAIN_LAYOUT,
    clock,
    label: 'model/1',
    cores: null,
    onRun: (report) => reports.push(report),
  });
  const lost: string[] = [];
  for (const each of runners) scheduler.add(each, (reason) => lost.push(reason));
  /** What became of each request, in the order in which it was known: its marks, or the code of its error. */
  const heard: string[] = [];
  const submit = (mark: number, asking: Asking = {}): Promise<TaskResult> => {
    const { call = callOf(), job, rows = 1, priority = 0, timeoutMs = 0 } = asking;
    const schedule = { priority, timeoutUs: timeoutMs * 1000 };
    const answer = scheduler.submit(jobOf(mark, { rows, schedule, ...job }), call);
    answer.then(
      ({ outputs }) => heard.push(outputs.map((output) => marksOf(output).join(' ')).join(' + ')),
      (error: ServingError) => heard.push(`${mark}: ${error.code}`),
    );
    return answer;
  };
  const ask = (mark: number, asking?: Asking): void => void submit(mark, asking);
  const [runner] = runners as [FakeRunner];
  /** Ends the run in which the runner has got furthest. */
  const end = async (of: FakeRunner = runner): Promise<void> => {
    await settle();
    of.runs[of.runs.length - of.inFlight]?.end.resolve();
    await settle();
  };
  /** Requests that hold the runners up; they are answered by `end`. */
  const occupy = async (): Promise<void> => {
    for (const each of runners) {
      ask(255);
      await settle();
      assert.equal(each.inFlight, 1);
    }
  };
  const fail = async (answer: Promise<unknown>): Promise<ServingError> =>
    answer.then(
      () => assert.fail('it was answered'),
      (error: ServingError) => error,
    );
  return { clock, runner, scheduler, lost, ask, submit, heard, end, occupy, fail, reports };
}

// Batches

test('requests that come in one turn of the event loop run together at its end', async () => {
  const { runner, ask, heard, end } = setUp();
  for (const mark of [1, 2, 3]) ask(mark);
  assert.deepEqual(runner.marks, []);
  await settle();
  assert.deepEqual(runner.marks, [[1, 2, 3]]);
  await end();
  assert.deepEqual(heard, ['1', '2', '3']);
});

test('requests that come while every runner is busy are the next batch', async () => {
  const { runner, ask, end, occupy, reports } = setUp();
  await occupy();
  for (const mark of [1, 2, 3]) {
    ask(mark);
    await settle();
  }
  assert.equal(runner.runs.length, 1);
  await end();
  assert.deepEqual(runner.marks.slice(1), [[1, 2, 3]]);
  await end();
  assert.deepEqual(
    reports.map(({ rows }) => rows),
    [1, 3],
  );
});

test('a runner has its next batch before the answers of the last are written', async () => {
  const { submit, ask, runner } = setUp();
  const first = submit(1);
  await settle();
  ask(2);
  await settle();
  const given = first.then(() => runner.runs.length);
  runner.runs[0]?.end.resolve();
  assert.equal(await given, 2);
});

test('the next batch leaves when a long run is about to end, with all who came until then', async () => {
  const { clock, runner, ask, end } = setUp({ runners: [new FakeRunner(2)] });
  runner.runNs = 50e6;
  ask(1);
  await end();
  ask(2);
  await settle();
  clock.advance(30);
  ask(3);
  await settle();
  clock.advance(19);
  ask(4);
  await settle();
  assert.deepEqual(runner.marks, [[1], [2]], 'nothing leaves before');
  clock.advance(1);
  await settle();
  assert.deepEqual(runner.marks, [[1], [2], [3, 4]]);
  clock.advance(40);
  ask(5);
  await settle();
  assert.deepEqual(runner.marks.length, 3, 'one is ahead, and no more');
  await end();
  await end();
  assert.deepEqual(runner.marks.at(-1), [5]);
});

test('where nothing is set, batches become larger for as long as that makes runs better', async () => {
  const { runner, ask, end, occupy } = setUp({ batching: { maxDelayMs: null } });
  runner.runNs = 50e6;
  await occupy();
  for (let mark = 1; mark <= 27; mark++) ask(mark);
  await settle();
  for (let run = 0; run < 12; run++) await end();
  assert.deepEqual(
    runner.marks.map((marks) => marks.length),
    [1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4],
  );
});

test('a batch is counted in rows', async () => {
  const { runner, ask, end, occupy } = setUp();
  await occupy();
  ask(1, { rows: 3 });
  ask(2, { rows: 4 });
  ask(3, { rows: 2 });
  await end();
  assert.deepEqual(runner.marks[1], [1, 1, 1, 2, 2, 2, 2]);
  await end();
  assert.deepEqual(runner.marks[2], [3, 3]);
});

test('every request of a batch gets the outputs that it asked for, in its order', async () => {
  const { runner, submit, heard, end, occupy } = setUp();
  await occupy();
  const answers = [['a'], ['b', 'a'], ['c']].map((outputs, i) => submit(i + 1, { job: { outputs } }));
  await end();
  assert.deepEqual(runner.runs[1]?.outputs, ['a', 'b', 'c']);
  await end();
  const names = (await Promise.all(answers)).map(({ outputs }) => outputs.map(({ name }) => name));
  assert.deepEqual(names, [['a'], ['b', 'a'], ['c']]);
  assert.deepEqual(heard.slice(1), ['1', '2 + 2', '3']);
});

test('requests of different shapes never run together', async () => {
  const { runner, ask, end, occupy } = setUp();
  await occupy();
  for (const mark of [1, 2, 3, 4]) {
    const width = mark % 2 === 0 ? 2 : 1;
    ask(mark, { job: { inputs: [inputOf([1, width], new Array(width).fill(mark))] } });
  }
  await end();
  await end();
  assert.deepEqual(runner.marks.slice(1), [
    [1, 3],
    [2, 4],
  ]);
});

test('a model without a batch axis runs every request by itself', async () => {
  const { runner, ask, end } = setUp({ batching: ALONE });
  for (const mark of [1, 2]) ask(mark);
  await end();
  await end();
  assert.deepEqual(runner.marks, [[1], [2]]);
});

test('a smaller batch is filled up to a size that the model runs at, and nobody sees the padding', async () => {
  const { runner, ask, heard, end, reports } = setUp({ batching: { allowedRows: [4, 8] } });
  ask(1, { rows: 2 });
  ask(2);
  await settle();
  assert.deepEqual(runner.marks, [[1, 1, 2, 0]]);
  await end();
  assert.deepEqual(heard, ['1 1', '2']);
  assert.deepEqual(
    reports.map(({ rows }) => rows),
    [3],
    'padding is not counted',
  );
});

test('what waits is shared out over idle runners', async () => {
  const runners = [new FakeRunner(1, 'a'), new FakeRunner(1, 'b')];
  const { ask, end, occupy } = setUp({ runners });
  for (const each of runners) each.runNs = 10e6;
  await occupy();
  for (const each of runners) await end(each);
  for (const mark of [1, 2, 3, 4]) ask(mark);
  await settle();
  assert.deepEqual(
    runners.map((each) => each.marks[1]),
    [
      [1, 2],
      [3, 4],
    ],
  );
});

// What a request may wait for

test('a request waits for others as long as it may', async () => {
  const { clock, runner, ask } = setUp({ batching: { maxDelayMs: 10 } });
  ask(1);
  await settle();
  clock.advance(6);
  ask(2);
  await settle();
  clock.advance(3);
  assert.equal(runner.runs.length, 0);
  clock.advance(1);
  await settle();
  assert.deepEqual(runner.marks, [[1, 2]]);
  assert.equal(clock.timers, 0);
});

test('a full batch waits no longer', async () => {
  const { clock, runner, ask } = setUp({ batching: { maxDelayMs: 10, maxRows: 2 } });
  ask(1);
  await settle();
  assert.equal(clock.timers, 1);
  ask(2);
  await settle();
  assert.deepEqual(runner.marks, [[1, 2]]);
  assert.equal(clock.timers, 0);
});

test('a preferred size goes at once, and what is over waits', async () => {
  const { clock, runner, ask, end } = setUp({ batching: { preferredRows: [2, 4], maxDelayMs: 10 } });
  for (const mark of [1, 2, 3, 4, 5]) ask(mark);
  await settle();
  await end();
  assert.deepEqual(runner.marks, [[1, 2, 3, 4]]);
  clock.advance(10);
  await settle();
  assert.deepEqual(runner.marks[1], [5]);
});

test('a lane that waits for others holds no other lane up', async () => {
  const { runner, ask } = setUp({ batching: { maxDelayMs: 10, maxRows: 2 } });
  ask(1);
  const wide = { job: { inputs: [inputOf([1, 2], [7, 7])] } };
  ask(7, wide);
  ask(7, wide);
  await settle();
  assert.deepEqual(runner.marks, [[7, 7]]);
});

// Requests of more rows than a run has

test('a request of more rows than a run has is run in parts, and its answer is whole', async () => {
  const { runner, submit, heard, end, scheduler } = setUp({ batching: { maxRows: 2 } });
  const inputs = [inputOf([5, 1], [1, 2, 3, 4, 5])];
  const answer = submit(0, { rows: 5, job: { inputs } });
  assert.equal(scheduler.waiting, 3);
  for (let run = 0; run < 3; run++) await end();
  assert.deepEqual(runner.marks, [[1, 2], [3, 4], [5]]);
  assert.deepEqual(heard, ['1 2 3 4 5']);
  assert.deepEqual((await answer).outputs[0]?.shape, [5, 1]);
});

test('the last part of a large request runs with others', async () => {
  const { runner, ask, heard, end, occupy } = setUp({ batching: { maxRows: 4 } });
  await occupy();
  ask(1, { rows: 5 });
  ask(2, { rows: 2 });
  await end();
  await end();
  await end();
  assert.deepEqual(runner.marks.slice(1), [
    [1, 1, 1, 1],
    [1, 2, 2],
  ]);
  assert.deepEqual(heard.slice(1).sort(), ['1 1 1 1 1', '2 2']);
});

test('when a part fails, the request fails once and its other parts are not run', async () => {
  const { runner, ask, heard, end, scheduler } = setUp({ batching: { maxRows: 1 } });
  ask(1, { rows: 3 });
  ask(2);
  await settle();
  runner.check = () => {
    throw new Error('broken');
  };
  await end();
  assert.equal(scheduler.waiting, 0, 'the other one runs');
  runner.check = () => {};
  await end();
  assert.deepEqual(runner.marks, [[1], [2]]);
  assert.deepEqual(heard, ['1: INTERNAL', '2']);
});

// Order and priority

test('answers leave in the order in which the requests came', async () => {
  const runners = [new FakeRunner(1, 'a'), new FakeRunner(1, 'b')];
  const { ask, heard, end } = setUp({ runners, batching: { ...ALONE, preserveOrdering: true } });
  ask(1);
  ask(2);
  await settle();
  await end(runners[1]);
  assert.deepEqual(heard, []);
  await end(runners[0]);
  assert.deepEqual(heard, ['1', '2']);
});

test('an answer that is a failure is held back, too', async () => {
  const [a, b] = [new FakeRunner(1, 'a'), new FakeRunner(1, 'b')];
  const { ask, heard, end } = setUp({ runners: [a, b], batching: { ...ALONE, preserveOrdering: true } });
  b.check = () => {
    throw new Error('broken');
  };
  ask(1);
  ask(2);
  await settle();
  await end(b);
  assert.deepEqual(heard, []);
  await end(a);
  assert.deepEqual(heard, ['1', '2: INTERNAL']);
});

const LEVELS = { priorityLevels: 3, defaultPriority: 2 };

test('the most urgent run first, and a request that says nothing has the priority of the model', async () => {
  const { runner, ask, end, occupy } = setUp({ batching: ALONE, queue: LEVELS });
  await occupy();
  ask(3, { priority: 3 });
  ask(2);
  ask(1, { priority: 1 });
  ask(4, { priority: 9 });
  for (let run = 0; run < 4; run++) await end();
  assert.deepEqual(runner.marks.slice(1), [[1], [2], [4], [3]]);
});

test('a batch is filled with the most urgent first', async () => {
  const { runner, ask, end, occupy } = setUp({ batching: { maxRows: 2 }, queue: LEVELS });
  await occupy();
  ask(3, { priority: 3 });
  ask(2);
  ask(1, { priority: 1 });
  await end();
  await end();
  assert.deepEqual(runner.marks.slice(1), [[1, 2], [3]]);
});

test('a priority may have a bound of its own', async () => {
  const policyOf = { 3: { ...PLAIN_POLICY, maxSize: 1 } };
  const { ask, submit, heard, occupy, fail } = setUp({ batching: ALONE, queue: { ...LEVELS, policyOf } });
  await occupy();
  ask(1, { priority: 3 });
  const refused = await fail(submit(2, { priority: 3 }));
  assert.match(refused.message, /^the queue of 1 waiting requests of this priority is full/);
  ask(3);
  await settle();
  assert.deepEqual(heard, ['2: OVERLOADED']);
});

test('one that has waited too long and may wait on lets all others of its priority go first', async () => {
  const policy = { ...PLAIN_POLICY, timeoutAction: 'delay' as const };
  const { clock, runner, ask, heard, end, occupy } = setUp({
    batching: ALONE,
    queue: { ...LEVELS, policy },
  });
  await occupy();
  ask(1, { timeoutMs: 10 });
  ask(2);
  ask(4, { priority: 3 });
  await settle();
  clock.advance(10);
  ask(3);
  for (let run = 0; run < 5; run++) await end();
  assert.deepEqual(runner.marks.slice(1), [[2], [3], [1], [4]]);
  assert.deepEqual(heard.slice(1), ['2', '3', '1', '4']);
  assert.equal(clock.timers, 0);
});

// Deadlines

test('a deadline passes on time while every runner is busy', async () => {
  const { clock, submit, runner, heard, end, occupy, fail } = setUp();
  await occupy();
  const late = submit(1, { call: callOf({ deadline: 50 }) });
  await settle();
  clock.advance(49);
  await settle();
  assert.deepEqual(heard, []);
  clock.advance(1);
  const error = await fail(late);
  assert.deepEqual(
    [error.code, error.message],
    ['DEADLINE_EXCEEDED', "the request's deadline passed while it waited"],
  );
  assert.equal(clock.timers, 0);
  await end();
  assert.equal(runner.runs.length, 1, 'it is not run any more');
});

test('a deadline passes on time while the request runs, and its answer is not waited for', async () => {
  const { clock, submit, end, heard, fail } = setUp();
  const late = submit(1, { call: callOf({ deadline: 50 }) });
  await settle();
  clock.advance(50);
  const error = await fail(late);
  assert.deepEqual(
    [error.code, error.message],
    ['DEADLINE_EXCEEDED', "the request's deadline passed before its answer was there"],
  );
  await end();
  assert.deepEqual(heard, ['1: DEADLINE_EXCEEDED']);
  assert.equal(clock.timers, 0);
});

test('the timeout of the model holds for a request that says none, and may be the longest there is', async () => {
  const policy = { ...PLAIN_POLICY, defaultTimeoutMs: 20, allowTimeoutOverride: false };
  const { clock, ask, heard, occupy } = setUp({ queue: { policy } });
  ask(255, { call: callOf() });
  await settle();
  await occupy().catch(() => {});
  heard.length = 0;
  ask(1);
  ask(2, { timeoutMs: 30 });
  ask(3, { timeoutMs: 10 });
  await settle();
  const codes = (...marks: number[]): string[] => marks.map((mark) => `${mark}: DEADLINE_EXCEEDED`);
  clock.advance(10);
  await settle();
  assert.deepEqual(heard, codes(3));
  clock.advance(10);
  await settle();
  assert.deepEqual(
    heard.filter((each) => !each.startsWith('255')),
    codes(3, 1, 2),
  );
});

/** A scheduler whose runs of one row are known to take 50 ms, and which is busy. */
async function slow(setting: Setting = {}) {
  const world = setUp({ batching: ALONE, ...setting });
  world.runner.runNs = 50e6;
  await world.occupy();
  world.clock.advance(50);
  await world.end();
  await world.occupy();
  return world;
}

test('one that would be late is not run where there is something else to run', async () => {
  const { clock, runner, ask, submit, end, fail } = await slow();
  const hopeless = submit(1, { call: callOf({ deadline: clock.now() + 130 }) });
  ask(2);
  await settle();
  clock.advance(90);
  await end();
  const error = await fail(hopeless);
  assert.deepEqual(
    [error.code, error.message],
    ['DEADLINE_EXCEEDED', "the request's deadline would have passed before its answer was there"],
  );
  assert.deepEqual(runner.marks.slice(2), [[2]]);
});

test('one that may be late is run where there is nothing else to run', async () => {
  const { clock, runner, ask, end } = await slow();
  ask(1, { call: callOf({ deadline: clock.now() + 130 }) });
  await settle();
  clock.advance(90);
  await end();
  assert.deepEqual(runner.marks.slice(2), [[1]]);
});

test('one whom a full batch would make late is given up for the others', async () => {
  const { clock, runner, ask, submit, end, occupy, fail } = setUp();
  // A run of one row takes 10 ms, and one of eight 80 ms.
  for (const rows of [1, 8]) {
    runner.runNs = rows * 10e6;
    ask(9, { rows });
    await end();
  }
  await occupy();
  const late = fail(submit(1, { call: callOf({ deadline: clock.now() + 45 }) }));
  for (let mark = 2; mark <= 8; mark++) ask(mark);
  await end();
  assert.equal((await late).code, 'DEADLINE_EXCEEDED');
  assert.deepEqual(runner.marks[3], [2, 3, 4, 5, 6, 7, 8]);
});

// Callers who leave

test('a waiting request whose caller leaves is not run', async () => {
  const { runner, ask, scheduler, heard, end, occupy } = setUp();
  await occupy();
  const leaver = new AbortController();
  ask(1, { call: callOf({ signal: leaver.signal }) });
  ask(2);
  await settle();
  leaver.abort();
  await settle();
  assert.deepEqual(heard, ['1: CANCELLED']);
  assert.equal(scheduler.waiting, 1);
  await end();
  assert.deepEqual(runner.marks.slice(1), [[2]]);
});

test('a request whose caller has left before it could wait is not run', async () => {
  const { ask, scheduler, heard, occupy } = setUp();
  await occupy();
  ask(1, { call: callOf({ signal: AbortSignal.abort() }) });
  await settle();
  assert.deepEqual([heard, scheduler.waiting], [['1: CANCELLED'], 0]);
});

test('a thousand callers leave, and none of their requests is run', async () => {
  const { runner, ask, scheduler, heard, end, occupy, clock } = setUp();
  await occupy();
  const leavers = Array.from({ length: 1000 }, () => new AbortController());
  for (const { signal } of leavers) ask(1, { call: callOf({ signal, deadline: 1e6 }) });
  ask(2);
  await settle();
  assert.equal(scheduler.waiting, 1001);
  for (const leaver of leavers) leaver.abort();
  await settle();
  assert.equal(heard.filter((each) => each === '1: CANCELLED').length, 1000);
  assert.deepEqual([scheduler.waiting, clock.timers], [1, 0]);
  await end();
  await end();
  assert.deepEqual(runner.marks, [[255], [2]]);
});

// How much may wait

test('as many requests wait as may, and one more is refused at once', async () => {
  const { ask, submit, heard, occupy, fail } = setUp({ queue: { maxSize: 2 } });
  await occupy();
  ask(1);
  ask(2);
  const refused = await fail(submit(3));
  assert.deepEqual(
    [refused.code, refused.message, refused.retryAfterSeconds],
    ['OVERLOADED', 'the queue of 2 waiting requests is full; try again later', 1],
  );
  assert.deepEqual(heard, ['3: OVERLOADED']);
});

test('a refused request may come back when what waits is done', async () => {
  const { runner, ask, submit, end, occupy, fail } = setUp({ batching: ALONE, queue: { maxSize: 2 } });
  runner.runNs = 3000e6;
  await occupy();
  await end();
  await occupy();
  ask(1);
  ask(2);
  // What runs, the two that wait, and its own: 3 s each.
  assert.equal((await fail(submit(3))).retryAfterSeconds, 12);
});

test('rows are bounded, too', async () => {
  const { ask, submit, occupy, fail } = setUp({ queue: { maxRows: 4 } });
  await occupy();
  ask(1, { rows: 3 });
  assert.match(
    (await fail(submit(2, { rows: 2 }))).message,
    /^the queue of 4 waiting rows has no room for 2 more/,
  );
  ask(3);
});

test('bytes are bounded, too', async () => {
  const { ask, submit, occupy, fail } = setUp({ queue: { maxBytes: 4 } });
  await occupy();
  ask(1, { rows: 3 });
  assert.match((await fail(submit(2, { rows: 2 }))).message, /^the queue of 4 bytes has no room for 2 more/);
  ask(3);
});

test('a runner that has nothing to do takes a request of any size: it need not wait', async () => {
  const { ask, heard, end } = setUp({ queue: { maxSize: 0, maxRows: 2, maxBytes: 2 } });
  ask(1, { rows: 5 });
  await settle();
  await end();
  assert.deepEqual(heard, ['1 1 1 1 1']);
});

test('where none may wait, every idle runner takes one', async () => {
  const runners = [new FakeRunner(1, 'a'), new FakeRunner(1, 'b')];
  const { ask, heard } = setUp({ runners, batching: ALONE, queue: { maxSize: 0 } });
  for (const mark of [1, 2, 3]) ask(mark);
  await settle();
  assert.deepEqual(
    runners.map((each) => each.marks),
    [[[1]], [[2]]],
  );
  assert.deepEqual(heard, ['3: OVERLOADED']);
});

test('one that could not be answered before its deadline is refused at once', async () => {
  const { clock, ask, submit, fail } = await slow();
  const within = (ms: number): Asking => ({ call: callOf({ deadline: clock.now() + ms }) });
  const refused = await fail(submit(1, within(100)));
  assert.deepEqual(
    [refused.code, refused.message],
    [
      'OVERLOADED',
      "the answer is expected in 100 ms, and the request's deadline is in 100 ms; try again later",
    ],
  );
  ask(2, within(130));
  assert.equal((await fail(submit(3, within(130)))).code, 'OVERLOADED');
});

test('nobody is refused by a guess: of requests far larger than any that was run, nothing is expected', async () => {
  const { clock, ask, heard } = await slow();
  const soon = { call: callOf({ deadline: clock.now() + 1000 }) };
  heard.length = 0;
  ask(1, { ...soon, rows: 1000 });
  ask(2, soon);
  await settle();
  assert.deepEqual(heard, []);
});

test('what is expected knows of batches: many go as fast as one', async () => {
  const { clock, runner, ask, heard, end, occupy } = setUp();
  // Runs of one row and of eight take 40 ms.
  runner.runNs = 40e6;
  for (const rows of [1, 1, 1, 1, 8, 8, 8, 8]) {
    ask(9, { rows });
    await settle();
    await end();
  }
  await occupy();
  heard.length = 0;
  for (let mark = 1; mark <= 8; mark++) ask(mark, { call: callOf({ deadline: clock.now() + 150 }) });
  await settle();
  assert.deepEqual(heard, []);
});

// Failures

test('what fails fails its own request only', async () => {
  const { runner, ask, heard, end } = setUp({ batching: ALONE });
  runner.check = ([mark]) => {
    if (mark === 1) throw new Error('broken');
  };
  ask(1);
  ask(2);
  await end();
  await end();
  assert.deepEqual(heard, ['1: INTERNAL', '2']);
});

test('a batch that fails is run one by one, and only the guilty one hears of it', async () => {
  const { runner, ask, heard, end, occupy, reports } = setUp();
  await occupy();
  runner.check = (marks) => {
    if (marks.includes(2)) throw new ServingError('INVALID_ARGUMENT', 'broken');
  };
  for (const mark of [1, 2, 3]) ask(mark);
  for (let run = 0; run < 5; run++) await end();
  assert.deepEqual(runner.marks.slice(1), [[1, 2, 3], [1], [2], [3]]);
  assert.deepEqual(heard.slice(1), ['1', '2: INVALID_ARGUMENT', '3']);
  assert.equal(reports.length, 3, 'a run that failed is not counted');
  ask(4);
  ask(5);
  await settle();
  assert.deepEqual(runner.marks.at(-1), [4, 5], 'batches are still made');
});

test('a model that was seen not to run requests together is given them one by one', async () => {
  const { runner, ask, heard, end, occupy } = setUp();
  await occupy();
  runner.check = (marks) => {
    if (marks.length > 1) throw new Error('a batch');
  };
  for (const mark of [1, 2]) ask(mark);
  for (let run = 0; run < 4; run++) await end();
  assert.deepEqual(heard.slice(1), ['1', '2']);
  for (const mark of [3, 4]) ask(mark);
  for (let run = 0; run < 3; run++) await end();
  assert.deepEqual(runner.marks.slice(1), [[1, 2], [1], [2], [3], [4]]);
});

test('those whose callers left or whose deadlines passed meanwhile are not run one by one', async () => {
  const { clock, runner, ask, heard, end, occupy } = setUp();
  await occupy();
  const leaver = new AbortController();
  ask(1);
  ask(2, { call: callOf({ signal: leaver.signal }) });
  ask(3, { call: callOf({ deadline: 10 }) });
  ask(4);
  await end();
  runner.check = (marks) => {
    if (marks.length > 1) throw new Error('broken');
  };
  leaver.abort();
  clock.advance(10);
  for (let run = 0; run < 4; run++) await end();
  assert.deepEqual(runner.marks.slice(1), [[1, 2, 3, 4], [1], [4]]);
  assert.deepEqual(heard.slice(1).sort(), ['1', '2: CANCELLED', '3: DEADLINE_EXCEEDED', '4']);
});

// Runners that are lost

test('what a runner had when it died is run by another, alone and before all others', async () => {
  const [a, b] = [new FakeRunner(1, 'a'), new FakeRunner(1, 'b')];
  const { ask, heard, end, lost } = setUp({ runners: [a, b], batching: { maxRows: 2 } });
  for (const mark of [1, 2, 3, 4, 5]) ask(mark);
  await settle();
  a.die('of age');
  await settle();
  assert.deepEqual(heard, []);
  for (let run = 0; run < 4; run++) await end(b);
  assert.deepEqual(b.marks, [[3, 4], [1], [2], [5]]);
  assert.deepEqual(heard, ['3', '4', '1', '2', '5']);
  assert.deepEqual(lost, []);
});

test('a request that ends two runners is refused; those that ran with it are answered', async () => {
  const { submit, ask, runner, heard, end, fail } = setUp({ runners: [new FakeRunner(4)] });
  ask(1);
  const poison = fail(submit(2));
  ask(3);
  await settle();
  runner.crash('of 2');
  runner.comeBack(1);
  await end();
  assert.deepEqual(heard, ['1']);
  runner.crash('of 2');
  runner.comeBack(1);
  const { code, message, isRunnerLost } = await poison;
  assert.deepEqual([code, isRunnerLost], ['INTERNAL', false]);
  assert.equal(
    message,
    'this request was being run in 2 instances when they died, and is not run again; the last time the engine thread died: of 2',
  );
  await end();
  assert.deepEqual(runner.marks, [[1, 2, 3], [1], [2], [3]]);
  assert.deepEqual(heard, ['1', '2: INTERNAL', '3']);
});

test('what waited behind the run that ended its runner has no part in it, and goes first, together', async () => {
  const { ask, runner, heard, end } = setUp({ runners: [new FakeRunner(2)], batching: { maxRows: 2 } });
  ask(1);
  await end();
  for (const mark of [2, 3, 4, 5]) ask(mark);
  await settle();
  assert.equal(runner.inFlight, 2);
  runner.crash('of age');
  runner.comeBack(1);
  for (let run = 0; run < 3; run++) await end();
  assert.deepEqual(runner.marks.slice(3), [[4, 5], [2], [3]]);
  assert.deepEqual(heard, ['1', '4', '5', '2', '3']);
});

test('who waits for another runner may leave, or be too late', async () => {
  const { ask, runner, heard, clock } = setUp();
  const leaver = new AbortController();
  ask(1, { call: callOf({ signal: leaver.signal }) });
  ask(2, { call: callOf({ deadline: 1000 }) });
  await settle();
  runner.crash('of age');
  await settle();
  leaver.abort();
  await settle();
  assert.deepEqual(heard, ['1: CANCELLED']);
  clock.advance(1000);
  await settle();
  assert.deepEqual(heard, ['1: CANCELLED', '2: DEADLINE_EXCEEDED']);
  assert.equal(clock.timers, 0);
});

test('what was lost with the last runner is refused', async () => {
  const { ask, runner, heard, lost } = setUp();
  ask(1);
  await settle();
  runner.die('of age');
  await settle();
  assert.deepEqual([heard, lost], [['1: UNAVAILABLE'], ['of age']]);
});

test('one whose inputs went with the runner fails', async () => {
  const { submit, runner, fail } = setUp();
  const [input] = jobOf(1).inputs as [Tensor];
  const answer = fail(submit(1, { job: { inputs: [input] } }));
  await settle();
  structuredClone(null, { transfer: [input.data.buffer as ArrayBuffer] });
  runner.crash('of age');
  const { code, message } = await answer;
  assert.deepEqual([code, message], ['INTERNAL', 'the engine thread died: of age']);
});

test('one that kills its runner while a failed batch is run one by one takes no other along', async () => {
  const [a, b] = [new FakeRunner(1, 'a'), new FakeRunner(0, 'b')];
  const { ask, heard, end } = setUp({ runners: [a, b] });
  for (const mark of [1, 2, 3]) ask(mark);
  a.check = (marks) => {
    if (marks.length > 1) throw new Error('broken');
  };
  await end(a);
  a.die('of 1');
  b.comeBack(1);
  await settle();
  await end(b);
  await end(b);
  assert.deepEqual(b.marks, [[2, 3], [1]]);
  assert.deepEqual(heard, ['2', '3', '1']);
});

test('a runner that comes back takes what waits', async () => {
  const { ask, runner, heard, end } = setUp({ runners: [new FakeRunner(0)] });
  ask(1);
  await settle();
  assert.equal(runner.runs.length, 0);
  runner.comeBack(1);
  await settle();
  await end();
  assert.deepEqual(heard, ['1']);
});

test('when the last runner is lost, what waits is refused and the owner hears the reason', async () => {
  const { submit, runner, lost, clock, fail } = setUp({ runners: [new FakeRunner(0)] });
  const waiting = fail(submit(1, { call: callOf({ deadline: 1000 }) }));
  await settle();
  runner.die('of age');
  const { code, message } = await waiting;
  assert.deepEqual([code, message], ['UNAVAILABLE', 'the model cannot run: of age']);
  assert.equal((await fail(submit(2))).code, 'UNAVAILABLE');
  assert.deepEqual(lost, ['of age']);
  assert.equal(clock.timers, 0);
});

// Times

test('the time a request waited is told, and the rows it ran with', async () => {
  const { clock, ask, submit, end, occupy } = setUp();
  await occupy();
  const answer = submit(1);
  await settle();
  clock.advance(3);
  ask(2, { rows: 2 });
  await end();
  await end();
  const { timings } = await answer;
  assert.deepEqual([timings.queuedNs, timings.runNs, timings.batchRows], [3e6, 5, 3]);
});

test('an answered request leaves no timer behind', async () => {
  const { clock, ask, end, occupy } = setUp();
  await occupy();
  ask(1, { call: callOf({ deadline: 50 }) });
  await settle();
  assert.equal(clock.timers, 1);
  await end();
  await end();
  assert.equal(clock.timers, 0);
});

// Stopping

test('stopping answers what was accepted and refuses the rest', async () => {
  const { ask, submit, scheduler, heard, end, fail } = setUp({ batching: ALONE });
  ask(1);
  ask(2);
  await settle();
  const stopped = scheduler.stop().then(() => heard.push('stopped'));
  assert.equal((await fail(submit(3))).message, 'the model is being unloaded');
  await end();
  await end();
  await stopped;
  assert.deepEqual(heard, ['3: UNAVAILABLE', '1', '2', 'stopped']);
});

test('stopping one that has nothing to do is done at once, and twice is once', async () => {
  const { scheduler } = setUp();
  await scheduler.stop();
  await scheduler.stop();
});

test('nobody waits for others any more once it stops', async () => {
  const { clock, ask, scheduler, heard, end } = setUp({ batching: { maxDelayMs: 1e6 } });
  ask(1);
  await settle();
  const stopped = scheduler.stop();
  await settle();
  await end();
  await stopped;
  assert.deepEqual(heard, ['1']);
  assert.equal(clock.timers, 0);
});

test('stopping one whose last runner is lost refuses what waits', async () => {
  const { ask, scheduler, heard, runner } = setUp();
  ask(1);
  await settle();
  ask(2);
  await settle();
  const stopped = scheduler.stop();
  runner.die('of age');
  await stopped;
  await settle();
  assert.deepEqual(heard.sort(), ['1: UNAVAILABLE', '2: UNAVAILABLE']);
});

test('stopping waits for a runner that comes back', async () => {
  const { ask, scheduler, heard, runner, end } = setUp({ runners: [new FakeRunner(0)] });
  ask(1);
  await settle();
  const stopped = scheduler.stop().then(() => heard.push('stopped'));
  await settle();
  runner.comeBack(1);
  await settle();
  await end();
  await stopped;
  assert.deepEqual(heard, ['1', 'stopped']);
});

test('those that wait may leave while it stops', async () => {
  const { ask, scheduler, heard, end, occupy } = setUp({ batching: ALONE });
  await occupy();
  const leaver = new AbortController();
  ask(1, { call: callOf({ signal: leaver.signal }) });
  await settle();
  const stopped = scheduler.stop();
  leaver.abort();
  await end();
  await stopped;
  assert.deepEqual(heard, ['1: CANCELLED', '255']);
});
