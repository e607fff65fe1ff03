import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#core/clock.js';
import type { ServingError } from '#core/errors.js';
import { EngineHost } from '#device/engine-host.js';
import { Instance } from '#device/instance.js';
import { processWall } from '#device/process-wall.js';
import { PLAIN_LAYOUT } from '#scheduler/batch-layout.js';
import { PLAIN_BATCHING, PLAIN_QUEUE } from '#scheduler/options.js';
import { Scheduler } from '#scheduler/scheduler.js';
import type { TaskResult } from '#scheduler/task.js';
import { hearLog } from '../support/heard.js';
import { PLAIN_OPTIONS } from '../support/load-options.js';
import { POISON } from '../support/moody-engine.js';
import { callOf, jobOf, marksOf } from '../support/scheduling.js';

const ENTRY = new URL('../support/moody-process.js', import.meta.url);

/** A scheduler over processes that die of a poisonous byte, by an abort. */
async function setUp(t: TestContext, instances: number) {
  const data = { artifact: { path: 'good' }, options: PLAIN_OPTIONS };
  const scheduler = new Scheduler({
    options: { batching: { ...PLAIN_BATCHING, isOn: true, maxRows: 8 }, queue: PLAIN_QUEUE },
    layout: PLAIN_LAYOUT,
    clock: systemClock,
    label: 'moody/1',
    cores: null,
    onRun: () => {},
  });
  // As a listening server does: the timer of a restart keeps nothing alive.
  const alive = setInterval(() => {}, 60_000);
  t.after(() => clearInterval(alive));
  for (let i = 0; i < instances; i++) {
    const instance = new Instance(
      {
        id: `moody/${i}`,
        data,
        isolation: { wall: 'process', runTimeoutMs: null, loadTimeoutMs: null },
        openSession: () => new EngineHost(processWall('furiosa-engine moody', ENTRY)).open(data),
      },
      systemClock,
    );
    await instance.open();
    t.after(() => instance.close());
    scheduler.add(instance, () => {});
  }
  return (mark: number): Promise<TaskResult> => scheduler.submit(jobOf(mark, { outputs: ['x'] }), callOf());
}

for (const instances of [1, 2]) {
  test(`with ${instances} processes a poisonous request is refused, and those in its batch are answered`, async (t) => {
    const heard = hearLog(t);
    const submit = await setUp(t, instances);
    const marks = [1, 2, POISON, 3, 4];
    const outcomes = await Promise.allSettled(marks.map(submit));
    assert.deepEqual(
      outcomes.map((outcome) =>
        outcome.status === 'fulfilled'
          ? outcome.value.outputs.flatMap(marksOf)
          : (outcome.reason as ServingError).message,
      ),
      [
        [1],
        [2],
        'this request was being run in 2 instances when they died, and is not run again; the last time the engine process died: it was killed by SIGABRT (native code gave up)',
        [3],
        [4],
      ],
    );
    assert.equal(
      heard.filter((line) => /^ERROR moody\/1: this request was being run in 2/.test(line)).length,
      1,
    );
    assert.equal(
      heard.filter((line) => /the engine process died/.test(line) && !/run again/.test(line)).length,
      2,
    );
  });
}
