/** What the page remembers, and that it does not remember more and more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HISTORY_POINTS, HistoryKeeper } from '../../web/history-keeper.js';
import { after, NOTHING_YET } from '../../web/live-state.js';
import type { LiveFrame } from '../../web/live-types.js';
import { RECENT_MS, RecentFrames } from '../../web/recent-frames.js';
import { answered, liveOf, modelOf, statsOf } from '../support/live-stats.js';

const SERVER = { name: 's', version: '1', ready: true, uptime_ms: 0, cpu_ms: 0, resident_bytes: 0 };
const frame = (parts: Partial<LiveFrame>): LiveFrame => ({
  ...{ at_ms: 1, is_whole: false, server: SERVER, models: [], gone_models: [] },
  ...parts,
});

test('frames of changes are laid over what is known, and whole frames replace it', () => {
  const cpu = [{ name: 'cpu' }];
  const [a, b] = [modelOf('a', []), modelOf('b', [])];
  const first = after(
    NOTHING_YET,
    frame({ is_whole: true, models: [a, b], devices: cpu, latency_bounds_ms: [1] }),
  );
  const second = after(first, frame({ at_ms: 2, models: [{ ...a, fault: 'x' }], gone_models: ['b'] }));
  assert.deepEqual([...second.models.values()], [{ ...a, fault: 'x' }]);
  assert.deepEqual([second.atMs, second.devices, second.latencyBoundsMs], [2, cpu, [1]]);
  const third = after(second, frame({ is_whole: true, models: [b] }));
  assert.deepEqual([[...third.models.keys()], third.devices], [['b'], []]);
});

test('a version that works has a history, one that does nothing has none', () => {
  const keeper = new HistoryKeeper();
  const idle = statsOf();
  for (let second = 0; second < 5; second++)
    keeper.add(liveOf(second * 1000, { works: answered(second * 10), idle }));
  assert.deepEqual(
    keeper.points('works', '1').map(({ derived }) => derived.perSecond),
    [10, 10, 10, 10],
  );
  assert.deepEqual(keeper.points('idle', '1'), []);
});

test('a version that is looked at has a history even if it does nothing', () => {
  const keeper = new HistoryKeeper();
  keeper.watch('idle', '1');
  for (let second = 0; second < 3; second++) keeper.add(liveOf(second * 1000, { idle: statsOf() }));
  assert.deepEqual(
    keeper.points('idle', '1').map(({ atMs, derived }) => [atMs, derived.perSecond, derived.p50Ms]),
    [
      [1000, 0, null],
      [2000, 0, null],
    ],
  );
});

test('a history is five minutes long and no longer', () => {
  const keeper = new HistoryKeeper();
  for (let second = 0; second < 2 * HISTORY_POINTS; second++)
    keeper.add(liveOf(second * 1000, { a: answered(second) }));
  const points = keeper.points('a', '1');
  assert.equal(points.length, HISTORY_POINTS);
  assert.equal(points.at(-1)?.atMs, (2 * HISTORY_POINTS - 1) * 1000);
});

test('there are so many histories at most: the one that did nothing for longest gives way', () => {
  const keeper = new HistoryKeeper(2);
  keeper.watch('seen', '1');
  for (let second = 0; second < 10; second++) {
    const stats = {
      seen: statsOf(),
      early: answered(Math.min(second, 3)),
      late: answered(Math.max(0, second - 5)),
    };
    keeper.add(liveOf(second * 1000, stats));
    assert.ok(keeper.size <= 2);
  }
  assert.deepEqual(
    ['seen', 'early', 'late'].map((name) => keeper.points(name, '1').length > 0),
    [true, false, true],
  );
});

test('a version that is unloaded, or a model that is gone, leaves nothing behind', () => {
  const keeper = new HistoryKeeper();
  for (let second = 0; second < 3; second++)
    keeper.add(liveOf(second * 1000, { a: answered(second), b: answered(second) }));
  assert.equal(keeper.size, 2);
  keeper.add(liveOf(3000, { a: null }));
  assert.equal(keeper.size, 0);
});

test('a history begins anew after a gap', () => {
  const keeper = new HistoryKeeper();
  for (const atMs of [0, 1000, 2000, 60_000, 61_000]) keeper.add(liveOf(atMs, { a: answered(atMs) }));
  assert.deepEqual(
    keeper.points('a', '1').map(({ atMs }) => atMs),
    [61_000],
  );
});

test('the last ten seconds are told as a mean', () => {
  const recent = new RecentFrames();
  assert.equal(recent.derived('a', '1'), null);
  for (let second = 0; second <= 20; second++) {
    recent.add(liveOf(second * 1000, { a: answered(second < 10 ? 0 : (second - 10) * 7) }));
    if (second === 0) assert.equal(recent.derived('a', '1'), null, 'one look says nothing');
  }
  assert.equal(recent.derived('a', '1')?.perSecond, 7);
  assert.equal(recent.derived('a', '2'), null);
  recent.add(liveOf(20_000 + 2 * RECENT_MS, { a: answered(100) }));
  assert.equal(recent.derived('a', '1'), null, 'what was before a gap is not of now');
});

test('engines at work are counted by executions', () => {
  const ran = (seconds: number) => {
    const none = { count: 0, ns: 0 };
    const compute_infer = { count: 1, ns: seconds * 1e9 };
    return statsOf({
      batch_stats: [{ batch_size: 4, compute_input: none, compute_infer, compute_output: none }],
    });
  };
  const recent = new RecentFrames();
  recent.add(liveOf(0, { a: ran(5) }));
  recent.add(liveOf(4000, { a: ran(11) }));
  assert.equal(recent.runsAtOnce('a', '1'), 1.5);
  recent.add(liveOf(5000, { a: ran(1) }));
  assert.equal(recent.runsAtOnce('a', '1'), 0.2, 'loaded anew');
});
