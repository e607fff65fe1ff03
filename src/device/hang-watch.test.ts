import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { HangWatch } from './hang-watch.js';

function setUp() {
  const clock = new FakeClock();
  const hangs: number[] = [];
  const watch = new HangWatch(100, clock, () => hangs.push(clock.now()));
  return { clock, hangs, watch };
}

test('a run that ends in time is left alone, and no timer stays behind', async () => {
  const { clock, hangs, watch } = setUp();
  const run = deferred<string>();
  const watched = watch.over(run.promise);
  clock.advance(99);
  run.resolve('done');
  assert.equal(await watched, 'done');
  assert.equal(clock.timers, 0);
  clock.advance(1000);
  assert.deepEqual(hangs, []);
});

test('one that takes longer is a hang', async () => {
  const { clock, hangs, watch } = setUp();
  const run = deferred<void>();
  const watched = watch.over(run.promise);
  clock.advance(100);
  assert.equal(hangs.length, 1);
  run.reject(new Error('killed'));
  await assert.rejects(watched, { message: 'killed' });
  assert.equal(clock.timers, 0);
});

test('the time of those that wait behind another begins when that one has ended', async () => {
  const { clock, hangs, watch } = setUp();
  const [one, other] = [deferred<void>(), deferred<void>()];
  const [first, second] = [watch.over(one.promise), watch.over(other.promise)];
  clock.advance(60);
  one.resolve();
  await first;
  clock.advance(99);
  assert.deepEqual(hangs, []);
  clock.advance(1);
  assert.equal(hangs.length, 1);
  other.resolve();
  await second;
});
