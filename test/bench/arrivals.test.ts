import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poissonArrivals, uniform } from '../../bench/arrivals.js';

const order = { perSecond: 1000, durationMs: 50_000, seed: 1 };

test('arrivals come as often as they are to, one after the other, within the time', () => {
  const arrivals = poissonArrivals({ ...order, startMs: 300 });
  assert.ok(Math.abs(arrivals.length / 50_000 - 1) < 0.02, `${arrivals.length} arrivals`);
  assert.ok((arrivals[0] ?? 0) > 300);
  assert.ok((arrivals.at(-1) ?? 0) < 50_300);
  assert.ok(arrivals.every((at, i) => i === 0 || at > (arrivals[i - 1] ?? 0)));
});

test('the gaps are exponential: their deviation is their mean, and one of e is longer', () => {
  const arrivals = poissonArrivals(order);
  const gaps = Array.from(arrivals.subarray(1), (at, i) => at - (arrivals[i] ?? 0));
  const mean = gaps.reduce((sum, each) => sum + each, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, each) => sum + (each - mean) ** 2, 0) / gaps.length);
  assert.ok(Math.abs(deviation / mean - 1) < 0.02, `${deviation} of ${mean}`);
  const longer = gaps.filter((each) => each > mean).length / gaps.length;
  assert.ok(Math.abs(longer - 1 / Math.E) < 0.01, `${longer} are longer`);
});

test('a seed gives the same arrivals again, another one others', () => {
  assert.deepEqual(poissonArrivals(order), poissonArrivals(order));
  assert.notDeepEqual(poissonArrivals(order), poissonArrivals({ ...order, seed: 2 }));
});

test('uniform numbers fill [0, 1) evenly', () => {
  const random = uniform(9);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const at = Math.floor(random() * 10);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  assert.equal(counts.length, 10);
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 400, String(counts));
});
