import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Point, quarterRatio, slopeOf } from '../../chaos/trend.js';
import { randomOf } from '../support/random.js';

/** y = 3 + slope x, and noise between -1 and 1. */
function noisy(slope: number, seed: number): readonly Point[] {
  const random = randomOf(seed);
  return Array.from({ length: 200 }, (_, x) => [x, 3 + slope * x + random(2001) / 1000 - 1]);
}

test('a straight line has its slope, and no doubt about it', () => {
  const { perX, margin } = slopeOf(Array.from({ length: 9 }, (_, x): Point => [x, 2 * x + 1]));
  assert.ok(Math.abs(perX - 2) < 1e-9);
  assert.ok(margin < 1e-9);
});

test('what grows is told from what only wavers', () => {
  for (const seed of [1, 2, 3]) {
    const grows = slopeOf(noisy(0.01, seed));
    assert.ok(grows.perX - grows.margin > 0, `${grows.perX} ± ${grows.margin}`);
    assert.ok(Math.abs(grows.perX - 0.01) < grows.margin * 2);
  }
  const flat = [1, 2, 3, 4, 5].map((seed) => slopeOf(noisy(0, seed)));
  assert.ok(flat.filter(({ perX, margin }) => Math.abs(perX) <= margin).length >= 4);
});

test('samples that follow each other closely count for less', () => {
  const waver = noisy(0, 1);
  const slow = waver.map(([x], i): Point => [x, waver[Math.floor(i / 20)]?.[1] ?? 0]);
  assert.ok(slopeOf(slow).margin > 2 * slopeOf(waver).margin);
});

test('of fewer than three points nothing is said', () => {
  assert.ok(Number.isNaN(slopeOf([[0, 1]]).margin));
});

test('the last quarter is held against the first', () => {
  assert.equal(quarterRatio([1, 1, 5, 5, 5, 5, 2, 2]), 2);
  assert.equal(quarterRatio([3]), 1);
});
