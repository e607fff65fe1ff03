import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeRunner, inputOf } from '../../test/support/scheduling.js';
import { CoreShares } from './core-shares.js';
import { type PooledRunner, RunnerPool } from './runner-pool.js';

/** More than full batches for all. */
const MUCH = { waitingRows: 100, mostRows: 4 };
const LITTLE = { waitingRows: 1, mostRows: 4 };

function poolOf(...runners: FakeRunner[]): RunnerPool {
  const pool = new RunnerPool(null);
  for (const runner of runners) pool.add(runner);
  return pool;
}

const nameOf = (pooled: PooledRunner | null): string | null => pooled?.runner.id ?? null;

/** Gives the runner a run that is expected to take so long. */
function start(pool: RunnerPool, now: number, expectedMs: number): PooledRunner {
  const pooled = pool.pick(MUCH, 0) as PooledRunner;
  pool.starting(pooled, { rows: 1, expectedMs }, now);
  void pooled.runner.run([inputOf([1, 1])], []);
  return pooled;
}

test('a runner that has nothing to do is taken first', () => {
  const pool = poolOf(new FakeRunner(1, 'a'), new FakeRunner(1, 'b'));
  assert.equal(pool.idle, 2);
  start(pool, 0, 10);
  assert.equal(nameOf(pool.pick(LITTLE, 0)), 'b');
  assert.deepEqual([pool.idle, pool.hasPlace(0)], [1, true]);
  start(pool, 0, 10);
  assert.deepEqual([pool.pick(MUCH, 0), pool.hasPlace(0)], [null, false]);
});

test('a runner without a thread is not idle', () => {
  const pool = poolOf(new FakeRunner(0));
  assert.deepEqual([pool.idle, pool.pick(MUCH, 0)], [0, null]);
});

test('among those that may be given one run more, the one that is done first is', () => {
  const [a, b] = [new FakeRunner(3, 'a'), new FakeRunner(3, 'b')];
  const pool = poolOf(a, b);
  for (const expectedMs of [30, 20]) {
    const pooled = start(pool, 0, expectedMs);
    pooled.recentRunMs = 5;
  }
  assert.equal(pool.nextDoneAt, 20);
  assert.equal(nameOf(pool.pick(MUCH, 0)), 'b');
  assert.equal(pool.pick(LITTLE, 0), null, 'what makes no full batch waits for the end of a run');
});

test('what a runner has is done one after the other', async () => {
  const runner = new FakeRunner(3);
  const pool = poolOf(runner);
  const pooled = start(pool, 100, 10);
  pooled.recentRunMs = 0.5;
  start(pool, 105, 10);
  assert.equal(pool.nextDoneAt, 120);
});

test('the next run of a long one leaves when it will meet the end of that one', () => {
  const pool = poolOf(new FakeRunner(2));
  const pooled = start(pool, 100, 50);
  assert.equal(pool.handOverInMs(100), null, 'nothing is known of its runs');
  pooled.recentRunMs = 50;
  pooled.wayMs = 3;
  assert.equal(pool.handOverInMs(110), 37, 'the way there is taken off');
  assert.deepEqual([pool.hasPlace(146), pool.pick(LITTLE, 146)], [false, null]);
  assert.deepEqual([pool.hasPlace(147), nameOf(pool.pick(LITTLE, 147))], [true, 'fake']);
});

test('a run that was sent ahead began when the one before it ended', () => {
  const runner = new FakeRunner(2);
  const pool = poolOf(runner);
  const pooled = start(pool, 100, 50);
  pooled.recentRunMs = 50;
  pool.starting(pooled, { rows: 1, expectedMs: 40 }, 148);
  // The first one ended at 160, and was 2 ms on its way; the other one is still there.
  pool.ended(pooled, 162, { runMs: 60, backMs: 2 });
  assert.equal(pool.nextDoneAt, 200);
});

test('the recent time of its runs follows slowly, and failed ones do not count', () => {
  const pool = poolOf(new FakeRunner());
  const pooled = pool.pick(LITTLE, 0) as PooledRunner;
  pool.ended(pooled, 10, { runMs: 10, backMs: 0 });
  pool.ended(pooled, 30, { runMs: 20, backMs: 0 });
  pool.ended(pooled, 40, null);
  assert.equal(pooled.recentRunMs, 12);
});

test('a runner that was lost is not taken any more', () => {
  const [a, b] = [new FakeRunner(1, 'a'), new FakeRunner(1, 'b')];
  const pool = poolOf(a, b);
  pool.remove(a);
  assert.deepEqual([pool.size, nameOf(pool.pick(LITTLE, 0))], [1, 'b']);
  pool.remove(a);
  assert.equal(pool.size, 1);
});

test('a second run starts only where the cores allow it, and counts until its end', () => {
  const cores = new CoreShares(2);
  const other = cores.join(() => {});
  const pool = new RunnerPool(cores.join(() => {}));
  for (const id of ['a', 'b']) pool.add(new FakeRunner(1, id));
  other.started(1);
  const first = start(pool, 0, 10);
  assert.equal(nameOf(first), 'a');
  assert.equal(pool.pick(MUCH, 0), null, 'both cores are in use');
  other.ended(1);
  const second = start(pool, 0, 10);
  assert.equal(nameOf(second), 'b');
  other.started(1);
  assert.equal(other.mayStart(1), false, 'three threads run on two cores');
});
