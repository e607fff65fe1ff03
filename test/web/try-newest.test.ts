/** One request at a time, and of those that wait the newest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Newest } from '../../web/try/newest.js';

test('what came between is left out', async () => {
  const done: number[] = [];
  const releases: (() => void)[] = [];
  const newest = new Newest<number>(async (job) => {
    await new Promise<void>((resolve) => releases.push(resolve));
    done.push(job);
  });
  const first = newest.push(1);
  await newest.push(2);
  await newest.push(3);
  assert.equal(newest.isBusy, true);
  assert.equal(releases.length, 1, 'one is on its way');
  releases[0]?.();
  await new Promise(setImmediate);
  assert.equal(releases.length, 2);
  releases[1]?.();
  await first;
  assert.deepEqual(done, [1, 3]);
  assert.equal(newest.isBusy, false);
});

test('what has not begun can be forgotten', async () => {
  const done: number[] = [];
  const newest = new Newest<number>(async (job) => {
    await new Promise(setImmediate);
    done.push(job);
  });
  const first = newest.push(1);
  await newest.push(2);
  newest.clear();
  await first;
  assert.deepEqual(done, [1]);
});
