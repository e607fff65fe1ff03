import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import type { ShadowStatistics } from '#inference/statistics.js';
import type { Job, TaskResult } from '#scheduler/task.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { handleOf } from '../../test/support/handles.js';
import { hearLog } from '../../test/support/heard.js';
import { callOf, inputOf, jobOf, settle } from '../../test/support/scheduling.js';
import type { Handle } from './handle.js';
import { Shadow } from './shadow.js';

interface Submission {
  readonly job: Job;
  readonly call: Call;
  readonly answer: Deferred<TaskResult>;
}

/** A version whose answers the test gives. */
class Played {
  readonly submissions: Submission[] = [];
  isReady = true;
  lent = 0;

  borrow(): Handle {
    this.lent++;
    return handleOf({
      submit: (job, call) => {
        const answer = deferred<TaskResult>();
        this.submissions.push({ job, call, answer });
        return answer.promise;
      },
      release: () => void this.lent--,
    });
  }

  /** Answers the first that waits with one byte. */
  answer(value: number): Uint8Array {
    const data = Uint8Array.of(value);
    const outputs = [{ ...inputOf([1, 1], [], 'y'), data }];
    const timings = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };
    this.submissions.shift()?.answer.resolve({ outputs, timings });
    return data;
  }

  fail(message: string): void {
    this.submissions.shift()?.answer.reject(new ServingError('OVERLOADED', message));
  }
}

interface Stage {
  readonly original: Played;
  readonly copies: Played;
  readonly clock: FakeClock;
  readonly shadow: Shadow;
  /** Submits a job of one byte to the original, so many percent of which are copied. */
  ask(mark: number, parts?: Partial<Job>, percent?: number): Promise<TaskResult>;
  /** What it counted, but for what is 0. */
  counts(): Partial<ShadowStatistics>;
}

function stage(): Stage {
  const [original, copies, clock] = [new Played(), new Played(), new FakeClock()];
  const by = { label: "model 'm' version 2", borrow: () => (copies.isReady ? copies.borrow() : null) };
  const shadow = new Shadow(by, clock);
  return {
    original,
    copies,
    clock,
    shadow,
    ask: (mark, parts = {}, percent = 100) =>
      shadow
        .following(original.borrow(), percent)
        .submit(jobOf(mark, parts), callOf({ deadline: 5, receivedAt: 1 })),
    counts() {
      const { original: _, shadow: __, outputs: ___, ...counts } = shadow.counts;
      return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0 && value !== null));
    },
  };
}

test('a copy has bytes of its own, no deadline and no sequence, and its answer is compared', async () => {
  const { original, copies, ask, clock, shadow, counts } = stage();
  const answer = ask(7, { schedule: { priority: 3, timeoutUs: 9 } });
  const [copy, asked] = [copies.submissions[0] as Submission, original.submissions[0] as Submission];
  asked.job.inputs[0]?.data.fill(0);
  assert.deepEqual([...(copy.job.inputs[0]?.data ?? [])], [7]);
  assert.deepEqual(copy.job.schedule, { priority: 0, timeoutUs: 0 });
  assert.deepEqual([copy.call.deadline, asked.call.deadline], [null, 5]);
  clock.advance(2);
  original.answer(4);
  assert.equal((await answer).outputs[0]?.data[0], 4);
  assert.deepEqual(counts(), { sent: 1 });
  clock.advance(3);
  copies.answer(6);
  await settle();
  assert.deepEqual(counts(), { sent: 1, different: 1 });
  assert.deepEqual(shadow.counts.original, { count: 1, ns: 2e6 });
  assert.deepEqual(shadow.counts.shadow, { count: 1, ns: 5e6 });
  const y = { name: 'y', compared: 1, mismatched: 0, unequalElements: 1, maxAbsolute: 2, maxRelative: 2 / 6 };
  assert.deepEqual(shadow.counts.outputs, [y]);
});

test('whoever gets the answer may do with its bytes what he likes at once', async () => {
  for (const isShadowFirst of [true, false]) {
    const { original, copies, ask, counts } = stage();
    const answer = ask(7).then(({ outputs }) => outputs[0]?.data.fill(99));
    if (isShadowFirst) copies.answer(4);
    await settle();
    original.answer(4);
    await answer;
    if (!isShadowFirst) copies.answer(4);
    await settle();
    assert.deepEqual(counts(), { sent: 1, equal: 1 });
  }
});

test('the answer has gone its way before anything is compared', async () => {
  const { original, copies, ask, counts } = stage();
  const answer = ask(7);
  let wasLookedAt = false;
  const output = {
    ...inputOf([1, 1], [], 'y'),
    get datatype() {
      wasLookedAt = true;
      return 'UINT8' as const;
    },
  };
  const timings = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };
  copies.submissions[0]?.answer.resolve({ outputs: [output], timings });
  await settle();
  original.answer(0);
  await answer;
  // As many as it may be to the socket: none of them is a turn of the event loop.
  for (let hop = 0; hop < 100; hop++) await Promise.resolve();
  assert.equal(wasLookedAt, false);
  await settle();
  assert.equal(wasLookedAt, true);
  assert.deepEqual(counts(), { sent: 1, equal: 1 });
});

test('a failing shadow fails nobody: it is counted, with the reason, and told in the log once', async (t) => {
  const log = hearLog(t);
  const { original, copies, ask, counts } = stage();
  const answers = [ask(1), ask(2)];
  copies.fail('too much');
  copies.fail('far too much');
  original.answer(1);
  original.answer(2);
  assert.equal((await Promise.all(answers)).length, 2);
  await settle();
  assert.deepEqual(counts(), { sent: 2, failed: 2, lastFailure: 'far too much' });
  assert.deepEqual(log, [
    "WARN model 'm' version 2, the shadow, did not answer a copy of a request: too much",
  ]);
  assert.equal(copies.lent, 0);
});

test('a request that the shadow does not take is a copy that failed', async () => {
  const { original, copies, ask, counts } = stage();
  const answer = ask(1, { inputs: [inputOf([1, 2])] });
  original.answer(1);
  await answer;
  const lastFailure = "its input 'x' has the shape [-1,1], and that of the request [1,2]";
  assert.deepEqual(counts(), { sent: 1, failed: 1, lastFailure });
  assert.deepEqual([copies.submissions.length, copies.lent], [0, 0]);
});

test('a request that fails has its own error, and its copy nothing to be compared with', async () => {
  const { original, copies, ask, counts } = stage();
  const answer = ask(1);
  original.fail('full');
  await assert.rejects(answer, { code: 'OVERLOADED', message: 'full' });
  copies.answer(1);
  await settle();
  assert.deepEqual(counts(), { sent: 1, unanswered: 1 });
  const both = ask(1);
  original.fail('full');
  copies.fail('full too');
  await assert.rejects(both, { message: 'full' });
  await settle();
  assert.deepEqual(counts(), { sent: 2, unanswered: 1, failed: 1, lastFailure: 'full too' });
});

test('no more than 16 are on their way; what is too much is skipped, and so is what finds it not ready', async () => {
  const { original, copies, ask, counts } = stage();
  const answers = Array.from({ length: 20 }, (_, at) => ask(at));
  assert.equal(copies.submissions.length, 16);
  assert.deepEqual(counts(), { sent: 16, skipped: 4 });
  copies.answer(1);
  while (original.submissions.length > 0) original.answer(1);
  await Promise.all(answers);
  await settle();
  copies.isReady = false;
  const missed = ask(1);
  copies.isReady = true;
  const found = ask(2);
  original.answer(1);
  original.answer(1);
  await Promise.all([missed, found]);
  assert.deepEqual(counts(), { sent: 17, skipped: 5, equal: 1 });
  assert.equal(copies.submissions.length, 16);
});

test('it is lent until it has answered, and no longer', async () => {
  const { original, copies, ask } = stage();
  const answer = ask(1);
  original.answer(1);
  await answer;
  await settle();
  assert.equal(copies.lent, 1);
  copies.answer(1);
  await settle();
  assert.equal(copies.lent, 0);
});

test('so many percent are copied, and requests of a sequence never are', async () => {
  const { original, copies, ask, counts } = stage();
  const sequence = { id: 1n, isStart: true, isEnd: false };
  for (let at = 0; at < 100; at++) {
    const answers = [ask(at, {}, 25), ask(at, { sequence })];
    while (original.submissions.length > 0) original.answer(at);
    while (copies.submissions.length > 0) copies.answer(at);
    await Promise.all(answers);
    await settle();
  }
  assert.deepEqual(counts(), { sent: 25, equal: 25 });
});
