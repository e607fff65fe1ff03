import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { type ArrivalLimits, type LateReason, lookAt, watchArrival } from './arrival-watch.js';

const plain: ArrivalLimits = { timeoutMs: 60_000, minRate: 0 };
const paced: ArrivalLimits = { timeoutMs: 60_000, minRate: 240 };

const rows: [limits: ArrivalLimits, elapsedMs: number, receivedBytes: number, next: LateReason | number][] = [
  [plain, 0, 0, 60_000],
  [plain, 59_999, 0, 1],
  [plain, 60_000, 1e9, 'timeout'],
  [paced, 0, 0, 5000],
  [paced, 4999, 0, 1],
  [paced, 5000, 1199, 'slow'],
  [paced, 5000, 1200, 5000],
  [paced, 57_000, 1e6, 3000],
  [paced, 60_000, 1e9, 'timeout'],
  [{ timeoutMs: 1000, minRate: 240 }, 0, 0, 1000],
  [{ timeoutMs: 1000, minRate: 240 }, 1000, 0, 'timeout'],
];

for (const [limits, elapsedMs, receivedBytes, next] of rows) {
  test(`at least ${limits.minRate}/s: ${receivedBytes} bytes after ${elapsedMs} ms: ${next}`, () =>
    assert.equal(lookAt(limits, elapsedMs, receivedBytes), next));
}

test('a time that is over at once is told a moment later, when whoever watches can hear it', () => {
  const clock = new FakeClock();
  const told: LateReason[] = [];
  watchArrival(
    { timeoutMs: -1, minRate: 0 },
    clock,
    () => 0,
    (reason) => told.push(reason),
  );
  assert.deepEqual(told, []);
  clock.advance(0);
  assert.deepEqual(told, ['timeout']);
});

test('a drip is given up, a stream goes on until its time is over', () => {
  const clock = new FakeClock();
  let received = 0;
  const told: [at: number, reason: LateReason][] = [];
  const late = (reason: LateReason): void => void told.push([clock.now(), reason]);
  watchArrival(paced, clock, () => received, late);
  for (let second = 0; second < 20; second++) {
    received += second < 10 ? 1000 : 1;
    clock.advance(1000);
  }
  assert.deepEqual(told, []);
  clock.advance(25_000);
  assert.deepEqual(told, [[45_000, 'slow']]);
  assert.equal(clock.timers, 0);
});

test('time in which nothing is read is not held against whoever sends', () => {
  const clock = new FakeClock();
  let received: number | null = null;
  const told: LateReason[] = [];
  watchArrival(
    { timeoutMs: 6000, minRate: 240 },
    clock,
    () => received,
    (reason) => told.push(reason),
  );
  clock.advance(100_000);
  received = 1200;
  clock.advance(5000);
  assert.deepEqual(told, []);
  clock.advance(1000);
  assert.deepEqual(told, ['timeout']);
});

test('what has come is not watched any more', () => {
  const clock = new FakeClock();
  watchArrival(
    paced,
    clock,
    () => 0,
    () => assert.fail('it has come'),
  ).cancel();
  clock.advance(1e6);
});
