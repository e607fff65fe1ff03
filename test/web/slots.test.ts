import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Derived } from '../../web/derive.js';
import { type Moment, slotsOf } from '../../web/model/slots.js';
import { timeAxis, WINDOW_MS, within } from '../../web/model/time-axis.js';

const QUIET: Derived = {
  perSecond: 0,
  errorsPerSecond: 0,
  p50Ms: null,
  p99Ms: null,
  waiting: 0,
  oldestMs: 0,
  meanRows: null,
  phasesMs: { queue: null, input: null, infer: null, output: null },
  latencyCounts: [],
};

const moment = (atMs: number, derived: Partial<Derived> = {}): Moment => ({
  atMs,
  derived: { ...QUIET, ...derived },
});

test('a moment belongs to the slot that it tells of', () => {
  const slots = slotsOf([moment(5001), moment(10_000), moment(10_001)]);
  assert.deepEqual(
    slots.map(({ startMs }) => startMs),
    [5000, 10_000],
  );
});

test('rates are means, and of what waits the most is told', () => {
  const [slot] = slotsOf([
    moment(1000, { perSecond: 100, errorsPerSecond: 4, waiting: 3, oldestMs: 20 }),
    moment(2000, { perSecond: 300, waiting: 1, oldestMs: 50 }),
  ]);
  assert.ok(slot);
  assert.deepEqual([slot.perSecond, slot.errorsPerSecond, slot.waiting, slot.oldestMs], [200, 2, 3, 50]);
});

test('phases are means of all requests: busy moments count for more, quiet ones for nothing', () => {
  const phases = (queue: number) => ({ queue, input: 1, infer: 2, output: 3 });
  const [slot, quiet] = slotsOf([
    moment(1000, { perSecond: 300, phasesMs: phases(10) }),
    moment(2000),
    moment(3000, { perSecond: 100, phasesMs: phases(2) }),
    moment(8000),
  ]);
  assert.deepEqual(slot?.phasesMs, { queue: 8, input: 1, infer: 2, output: 3 });
  assert.equal(quiet?.phasesMs.queue, null);
});

test('latency counts are added', () => {
  const [slot] = slotsOf([
    moment(1000, { latencyCounts: [1, 2] }),
    moment(2000),
    moment(3000, { latencyCounts: [0, 5] }),
  ]);
  assert.deepEqual(slot?.latencyCounts, [1, 7]);
});

test('the newest slot ends the axis, and older ones than five minutes are left out', () => {
  const slots = slotsOf([moment(1000), moment(6000), moment(WINDOW_MS + 5000)]);
  assert.deepEqual(
    within(slots).map(({ startMs }) => startMs),
    [5000, WINDOW_MS],
  );
  const { places, breadth } = timeAxis(within(slots));
  assert.deepEqual(places, [breadth / 2, 1 - breadth / 2]);
});

test('minutes stand where they are, and none so near an end that it would be cut', () => {
  const { acrossTicks } = timeAxis(slotsOf([moment(600_000)]));
  assert.deepEqual(
    acrossTicks.map(({ at }) => at),
    [0.2, 0.4, 0.6, 0.8],
  );
  assert.deepEqual(timeAxis([]).places, []);
});
