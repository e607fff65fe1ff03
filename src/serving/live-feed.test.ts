import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Deferred, deferred } from '#core/deferred.js';
import { FAKE_EPOCH_MS, FakeClock } from '../../test/support/fake-clock.js';
import { DEVICES_MS, FRAME_MS, LiveFeed, type LiveSource, type LiveState } from './live-feed.js';

/** A feed of a server whose devices are told by the test, and what came of it. */
function feedOf(devices: () => Promise<readonly object[]> = async () => [{ name: 'cpu' }]) {
  const clock = new FakeClock();
  const looks = { statistics: 0, devices: 0 };
  const source: LiveSource = {
    isReady: () => true,
    models: () => [],
    statistics: () => {
      looks.statistics++;
      return [];
    },
    devices: () => {
      looks.devices++;
      return devices();
    },
    process: () => ({ uptimeMs: clock.now(), cpuMs: 1, mainBusyMs: 1, residentBytes: 2 }),
  };
  return { clock, looks, feed: new LiveFeed(source, clock) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the first state comes when the devices are known, and then one a second', async () => {
  const { clock, feed } = feedOf();
  const heard: LiveState[] = [];
  feed.listen((state) => heard.push(state));
  assert.equal(heard.length, 0);
  await turn();
  assert.deepEqual(heard[0]?.devices, [{ name: 'cpu' }]);
  clock.advance(3 * FRAME_MS);
  assert.deepEqual(
    heard.map(({ atMs }) => atMs - FAKE_EPOCH_MS),
    [0, 1000, 2000, 3000],
  );
});

test('the server is looked at once for all who listen, and not at all where nobody does', async () => {
  const { clock, looks, feed } = feedOf();
  clock.advance(5 * FRAME_MS);
  assert.deepEqual(looks, { statistics: 0, devices: 0 });
  const heard: string[] = [];
  const offs = ['a', 'b', 'c'].map((name) => feed.listen(() => heard.push(name)));
  await turn();
  clock.advance(FRAME_MS);
  assert.deepEqual(heard, ['a', 'b', 'c', 'a', 'b', 'c']);
  assert.equal(looks.statistics, 2);
  for (const off of offs) off();
  assert.equal(clock.timers, 0);
  clock.advance(5 * FRAME_MS);
  assert.equal(looks.statistics, 2);
});

test('somebody who comes back is told again', async () => {
  const { feed, clock } = feedOf();
  feed.listen(() => undefined)();
  await turn();
  let heard = 0;
  feed.listen(() => heard++);
  await turn();
  assert.equal(heard, 1, 'the devices were known already');
  clock.advance(FRAME_MS);
  assert.equal(heard, 2);
});

test('devices are looked at no more often than every five seconds', async () => {
  const { clock, looks, feed } = feedOf();
  feed.listen(() => undefined);
  for (let second = 0; second < 10; second++) {
    await turn();
    assert.equal(looks.devices, 1 + Math.floor((second * FRAME_MS) / DEVICES_MS), `after ${second} s`);
    clock.advance(FRAME_MS);
  }
});

test('devices that take long, or cannot be looked at, keep nobody waiting', async () => {
  const answers: Deferred<readonly object[]>[] = [];
  const { clock, feed } = feedOf(() => {
    const answer = deferred<readonly object[]>();
    answers.push(answer);
    return answer.promise;
  });
  const heard: (readonly object[])[] = [];
  feed.listen(({ devices }) => heard.push(devices));
  await turn();
  clock.advance(6 * FRAME_MS);
  assert.equal(answers.length, 1, 'one look at a time');
  assert.deepEqual(heard.at(-1), []);
  answers[0]?.resolve([{ name: 'cpu' }]);
  await turn();
  clock.advance(FRAME_MS);
  assert.deepEqual(heard.at(-1), [{ name: 'cpu' }]);
  answers[1]?.reject(new Error('no such folder'));
  await turn();
  clock.advance(FRAME_MS);
  assert.deepEqual(heard.at(-1), [{ name: 'cpu' }]);
  assert.equal(heard.length, 8);
});
