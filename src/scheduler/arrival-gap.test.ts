import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrivalGap } from './arrival-gap.js';

test('there is no gap before two have come', () => {
  const gap = new ArrivalGap();
  assert.deepEqual([gap.ms, gap.lastAt], [null, null]);
  gap.arrived(1, 10);
  assert.deepEqual([gap.ms, gap.lastAt], [null, 10]);
  gap.arrived(1, 14);
  assert.deepEqual([gap.ms, gap.lastAt], [4, 14]);
});

test('the newest gap counts a tenth', () => {
  const gap = new ArrivalGap();
  for (const now of [0, 4, 18]) gap.arrived(1, now);
  assert.equal(gap.ms, 5);
});

test('rows that come together have come one after the other', () => {
  const gap = new ArrivalGap();
  gap.arrived(8, 0);
  gap.arrived(4, 8);
  assert.equal(gap.ms, 2);
});

test('a request without rows counts as one with one', () => {
  const gap = new ArrivalGap();
  gap.arrived(1, 0);
  gap.arrived(0, 4);
  assert.equal(gap.ms, 4);
});
