import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters } from './counters.js';

const timings = { queuedNs: 10, inputNs: 20, runNs: 300, outputNs: 40 };

test('nothing has happened to a version that was just loaded', () => {
  const none = { count: 0, ns: 0 };
  const { latency, recentFailures, ...counts } = new Counters().counts;
  assert.deepEqual([latency.request.sumNs, recentFailures], [0, []]);
  assert.deepEqual(counts, {
    lastInferenceMs: 0,
    inferenceCount: 0,
    executionCount: 0,
    success: none,
    fail: none,
    failureReasons: { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 },
    queue: none,
    computeInput: none,
    computeInfer: none,
    computeOutput: none,
    cacheHit: none,
    cacheMiss: none,
    batches: [],
  });
});

test('requests are counted with the time of the whole run, and inferences are rows', () => {
  const counters = new Counters();
  counters.succeeded(8, 400, { ...timings, batchRows: 8 }, 1000);
  counters.succeeded(1, 380, { ...timings, batchRows: 1 }, 2000);
  counters.succeeded(8, 420, { ...timings, batchRows: 8 }, 3000);
  const { inferenceCount, lastInferenceMs, success, queue, computeInfer } = counters.counts;
  assert.deepEqual([inferenceCount, lastInferenceMs], [17, 3000]);
  assert.deepEqual(success, { count: 3, ns: 1200 });
  assert.deepEqual(queue, { count: 3, ns: 30 });
  assert.deepEqual(computeInfer, { count: 3, ns: 900 });
});

test('runs are counted by their rows, however many requests they were for', () => {
  const counters = new Counters();
  const run = { inputNs: 20, runNs: 300, outputNs: 40 };
  for (const rows of [8, 1, 8]) counters.executed({ rows, ...run });
  const { executionCount, inferenceCount, batches } = counters.counts;
  assert.deepEqual([executionCount, inferenceCount], [3, 0]);
  assert.deepEqual(batches, [
    {
      rows: 1,
      computeInput: { count: 1, ns: 20 },
      computeInfer: { count: 1, ns: 300 },
      computeOutput: { count: 1, ns: 40 },
    },
    {
      rows: 8,
      computeInput: { count: 2, ns: 40 },
      computeInfer: { count: 2, ns: 600 },
      computeOutput: { count: 2, ns: 80 },
    },
  ]);
});

test('failures are counted in all and by their reasons', () => {
  const counters = new Counters();
  counters.failed(7, { atMs: 0, reason: 'REJECTED', message: 'no' });
  counters.failed(8, { atMs: 0, reason: 'CANCELED', message: 'no' });
  counters.failed(9, { atMs: 0, reason: 'REJECTED', message: 'no' });
  const { fail, failureReasons, success } = counters.counts;
  assert.deepEqual([fail, success.count], [{ count: 3, ns: 24 }, 0]);
  assert.deepEqual(failureReasons, { REJECTED: 2, CANCELED: 1, BACKEND: 0, OTHER: 0 });
});

test('the newest failures are kept, the last one first, and no more than a few', () => {
  const counters = new Counters();
  for (let at = 1; at <= 30; at++)
    counters.failed(1, { atMs: at, reason: 'OTHER', message: `failure ${at}` });
  const kept = counters.counts.recentFailures;
  assert.deepEqual([kept.length, kept[0]?.message, kept.at(-1)?.message], [20, 'failure 30', 'failure 11']);
});

test('what was kept counts as a success that waited for nothing, and as no inference, run or computation', () => {
  const counters = new Counters();
  counters.succeeded(2, 400, { ...timings, batchRows: 2 }, 1000);
  counters.missedCache(3);
  counters.answeredFromCache(9, 5);
  counters.answeredFromCache(8, 4);
  const { failureReasons: _, latency, recentFailures: __, ...counts } = counters.counts;
  const seen = ({ counts }: { counts: readonly number[] }): number =>
    counts.reduce((sum, each) => sum + each, 0);
  assert.deepEqual([seen(latency.request), seen(latency.queue), seen(latency.computeInfer)], [3, 1, 1]);
  assert.deepEqual(counts, {
    lastInferenceMs: 1000,
    inferenceCount: 2,
    executionCount: 0,
    success: { count: 3, ns: 417 },
    fail: { count: 0, ns: 0 },
    queue: { count: 3, ns: 10 },
    computeInput: { count: 1, ns: 20 },
    computeInfer: { count: 1, ns: 300 },
    computeOutput: { count: 1, ns: 40 },
    cacheHit: { count: 2, ns: 9 },
    cacheMiss: { count: 1, ns: 3 },
    batches: [],
  });
});
