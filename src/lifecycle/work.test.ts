import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VersionWork } from '#inference/version-figures.js';
import { Counters } from './counters.js';
import { RetiredWork } from './retired-work.js';
import { addedWork, NO_WORK } from './work.js';

/** What a load has done that answered `requests` of so many rows, and failed once. */
function workOf(requests: readonly number[], parts: Partial<VersionWork> = {}): VersionWork {
  const counters = new Counters();
  const timings = { queuedNs: 1e6, inputNs: 2e6, runNs: 3e6, outputNs: 4e6 };
  for (const rows of requests) {
    counters.succeeded(rows, 10e6, { ...timings, batchRows: rows }, 7);
    counters.executed({ rows, ...timings });
  }
  counters.failed(5e6, { atMs: 7, reason: 'REJECTED', message: 'too many' });
  return { ...NO_WORK, counts: counters.counts, loads: 1, ...parts };
}

test('two loads together have done what each of them did', () => {
  const sum = addedWork(
    workOf([1, 4]),
    workOf([4], { failedLoads: 2, threadDeaths: 3, restarts: { crash: 1, killed: 2, hang: 3, load: 4 } }),
  );
  const { counts } = sum;
  assert.deepEqual([sum.loads, sum.failedLoads, sum.threadDeaths], [2, 2, 3]);
  assert.deepEqual(sum.restarts, { crash: 1, killed: 2, hang: 3, load: 4 });
  assert.deepEqual([counts.inferenceCount, counts.executionCount], [9, 3]);
  assert.deepEqual(counts.success, { count: 3, ns: 30e6 });
  assert.deepEqual(counts.fail, { count: 2, ns: 10e6 });
  assert.deepEqual(counts.failureReasons, { REJECTED: 2, CANCELED: 0, BACKEND: 0, OTHER: 0 });
  assert.deepEqual(
    [counts.queue.ns, counts.computeInput.ns, counts.computeInfer.ns, counts.computeOutput.ns],
    [3e6, 6e6, 9e6, 12e6],
  );
  assert.deepEqual(
    counts.batches.map(({ rows, computeInfer }) => [rows, computeInfer.count]),
    [
      [1, 1],
      [4, 2],
    ],
  );
  for (const { counts: times } of [
    counts.latency.request,
    counts.latency.queue,
    counts.latency.computeOutput,
  ])
    assert.equal(
      times.reduce((sum, count) => sum + count, 0),
      3,
    );
  assert.equal(counts.latency.computeInfer.sumNs, 9e6);
});

test('shadows are added up, and there is none where there never was one', () => {
  const shadow = { sent: 5, failed: 1, unanswered: 0, equal: 3, different: 1, skipped: 2 };
  const one = workOf([], { shadow });
  assert.equal(addedWork(workOf([]), workOf([])).shadow, null);
  assert.deepEqual(addedWork(NO_WORK, one).shadow, shadow);
  assert.deepEqual(addedWork(one, one).shadow, {
    sent: 10,
    failed: 2,
    unanswered: 0,
    equal: 6,
    different: 2,
    skipped: 4,
  });
});

test('of versions that come and go, only the last ones are remembered; of those that stay, every one', () => {
  const retired = new RetiredWork();
  const isKnown = (version: string): boolean => version === 'stays';
  retired.add('stays', workOf([1]), isKnown);
  for (let version = 1; version <= 100; version++) retired.add(String(version), workOf([1]), isKnown);
  retired.add('stays', workOf([1]), isKnown);
  assert.deepEqual(retired.versions, ['93', '94', '95', '96', '97', '98', '99', '100', 'stays']);
  assert.equal(retired.of('stays').counts.success.count, 2);
  assert.equal(retired.of('1'), NO_WORK);
});
