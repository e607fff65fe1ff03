import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniform } from '../../bench/arrivals.js';
import { bootstrap } from '../../bench/bootstrap.js';
import { median } from '../../bench/table.js';

test('no rounds have no interval', () => {
  assert.equal(bootstrap([]), null);
});

test('of one round, and of rounds that are all the same, the interval is that value', () => {
  assert.deepEqual(bootstrap([0.9]), { middle: 0.9, low: 0.9, high: 0.9 });
  assert.deepEqual(bootstrap([2, 2, 2, 2]), { middle: 2, low: 2, high: 2 });
});

test('the same rounds give the same interval', () => {
  const rounds = [0.91, 0.97, 1.02, 0.95, 0.99, 0.94, 1.1, 0.96];
  assert.deepEqual(bootstrap(rounds), bootstrap([...rounds]));
});

test('the interval lies within the rounds and around their median', () => {
  const rounds = [5, 1, 4, 2, 3, 9, 8];
  const interval = bootstrap(rounds);
  assert.ok(interval !== null);
  assert.equal(interval.middle, 4);
  assert.ok(1 <= interval.low && interval.low < 4 && 4 < interval.high && interval.high <= 9);
});

test('one wild round among many does not move the interval to it', () => {
  const interval = bootstrap([1, 1.01, 0.99, 1, 1.02, 0.98, 1, 1.01, 50]);
  assert.ok(interval !== null && interval.high < 2, `${interval?.high}`);
});

test('less confidence is a narrower interval', () => {
  const rounds = Array.from({ length: 15 }, (_, i) => i);
  const [wide, narrow] = [bootstrap(rounds, 0.99), bootstrap(rounds, 0.5)];
  assert.ok(wide !== null && narrow !== null);
  assert.ok(wide.low < narrow.low && narrow.high < wide.high);
});

test('95 of 100 intervals of 20 rounds hold the true median, within what chance allows', () => {
  const random = uniform(3);
  let holds = 0;
  for (let i = 0; i < 400; i++) {
    const interval = bootstrap(Array.from({ length: 20 }, random), 0.95, 400);
    if (interval !== null && interval.low <= 0.5 && 0.5 <= interval.high) holds++;
  }
  assert.ok(holds >= 360 && holds <= 399, `${holds} of 400`);
});

test('the middle is the median of an even number of rounds, too', () => {
  assert.equal(bootstrap([1, 2, 3, 4])?.middle, median([1, 2, 3, 4]));
});
