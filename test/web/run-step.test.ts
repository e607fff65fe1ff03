import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runStep } from '../../web/load/run-step.js';
import { summaryOf } from '../../web/load/summary.js';

const never = new AbortController().signal;

/** A clock that moves by so much with each request, and how many were under way at once. */
function world(requestMs: number) {
  let [nowMs, underWay, most, sent] = [0, 0, 0, 0];
  return {
    nowMs: () => nowMs,
    most: () => most,
    sent: () => sent,
    send: async (): Promise<void> => {
      sent += 1;
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      nowMs += requestMs;
      underWay -= 1;
    },
  };
}

test('so many are under way at once, until the time is over', async () => {
  const { nowMs, send, most } = world(10);
  const summary = await runStep({ atOnce: 4, forMs: 1000, maxRequests: 1e6 }, { nowMs, send }, never);
  assert.equal(most(), 4);
  // Those that are under way when the time is over are finished and counted.
  assert.ok(summary.succeeded >= 100 && summary.succeeded <= 103, String(summary.succeeded));
  assert.equal(summary.perSecond, 100);
  assert.equal(summary.failed, 0);
});

test('never more requests than allowed', async () => {
  const { nowMs, send, sent } = world(1);
  const summary = await runStep({ atOnce: 5, forMs: 1000, maxRequests: 12 }, { nowMs, send }, never);
  assert.deepEqual([sent(), summary.succeeded], [12, 12]);
});

test('what is under way when it is stopped is not counted', async () => {
  const controller = new AbortController();
  const { nowMs, send } = world(1);
  let sent = 0;
  const summary = await runStep(
    { atOnce: 2, forMs: 1000, maxRequests: 1e6 },
    {
      nowMs,
      send: async () => {
        sent += 1;
        if (sent === 10) controller.abort();
        await send();
        if (controller.signal.aborted) throw new Error('aborted');
      },
    },
    controller.signal,
  );
  assert.equal(sent, 10);
  assert.equal(summary.succeeded, 8);
  assert.equal(summary.failed, 0);
});

test('nothing but failures ends it, with their reasons', async () => {
  let sent = 0;
  const send = async (): Promise<void> => {
    sent += 1;
    throw new Error('the queue is full');
  };
  const summary = await runStep(
    { atOnce: 1, forMs: 1000, maxRequests: 1e6 },
    { nowMs: () => 0, send },
    never,
  );
  assert.equal(sent, 20);
  assert.deepEqual([...summary.reasons], [['the queue is full', 20]]);
  assert.deepEqual([summary.succeeded, summary.failed, summary.p50Ms], [0, 20, null]);
});

test('failures among successes do not end it, and only a few reasons are kept', async () => {
  let [sent, nowMs] = [0, 0];
  const send = async (): Promise<void> => {
    sent += 1;
    nowMs += 1;
    if (sent % 2 === 0) throw new Error(`reason ${sent}`);
  };
  const summary = await runStep(
    { atOnce: 1, forMs: 1e6, maxRequests: 200 },
    { nowMs: () => nowMs, send },
    never,
  );
  assert.deepEqual([summary.succeeded, summary.failed, summary.reasons.size], [100, 100, 5]);
});

test('quantiles are samples: the nearest rank', () => {
  const of = (samples: readonly number[]) => {
    const { p50Ms, p99Ms } = summaryOf({ atOnce: 1, samples, failed: 0, reasons: new Map(), tookMs: 500 });
    return [p50Ms, p99Ms];
  };
  assert.deepEqual(of([]), [null, null]);
  assert.deepEqual(of([7]), [7, 7]);
  assert.deepEqual(of([10, 9, 100, 1]), [9, 100]);
  assert.deepEqual(of(Array.from({ length: 100 }, (_, at) => 100 - at)), [50, 99]);
});
