import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run, RunWatch } from '#core/run-watch.js';
import { newSpanRef } from '#core/span-ref.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { callOf, FakeRunner, jobOf } from '../../test/support/scheduling.js';
import { PLAIN_LAYOUT } from './batch-layout.js';
import { runBatch } from './run-batch.js';
import { newTask, type Task } from './task.js';

interface Heard {
  readonly watch: RunWatch;
  readonly runs: { readonly run: Run; readonly waitedSince: number }[];
}

function watching(): Heard {
  const runs: Heard['runs'] = [];
  const watch: RunWatch = {
    span: newSpanRef(),
    ran: (run, waitedSince) => void runs.push({ run, waitedSince }),
    step: () => assert.fail('there are no steps'),
  };
  return { watch, runs };
}

const taskFor = (watch: RunWatch | undefined, enqueuedAt: number, rows = 1): Task =>
  newTask(jobOf(1, { rows }), callOf({ watch }), { enqueuedAt, priority: 0, deadline: null });

test('all who watch requests of a run are told of the same run', async () => {
  const [one, other] = [watching(), watching()];
  const tasks = [taskFor(one.watch, 1, 2), taskFor(undefined, 2), taskFor(other.watch, 3)];
  const clock = new FakeClock();
  clock.advance(5);
  const runner = new FakeRunner(1, 'r');
  const ended = runBatch(tasks, runner, PLAIN_LAYOUT, 4, clock);
  runner.runs[0]?.end.resolve();
  const { report } = await ended;
  const [first] = one.runs;
  assert.deepEqual(first?.run, {
    takenAt: 5,
    ...report,
    requests: 3,
    instance: 'r',
    error: null,
    watches: [one.watch, other.watch],
  });
  assert.deepEqual([first?.waitedSince, other.runs[0]?.waitedSince], [1, 3]);
  assert.equal(other.runs[0]?.run, first?.run);
});

test('a run that fails is told of, too', async () => {
  const { watch, runs } = watching();
  const clock = new FakeClock();
  const runner = new FakeRunner(1, 'r');
  const ended = runBatch([taskFor(watch, 0)], runner, PLAIN_LAYOUT, 1, clock);
  clock.advance(3);
  runner.runs[0]?.end.reject(new Error('it broke'));
  await assert.rejects(ended, /it broke/);
  assert.deepEqual(
    runs.map(({ run }) => [run.takenAt, run.inputNs, run.runNs, run.error]),
    [[0, 3e6, 0, 'it broke']],
  );
});
