import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrainRate } from './drain-rate.js';

test('the rate is known once two runs have ended one after the other', () => {
  const rate = new DrainRate();
  rate.ended(1, 100, true);
  assert.equal(rate.msPerRow, null);
  rate.ended(4, 108, true);
  assert.equal(rate.msPerRow, 2);
});

test('the newest end counts a tenth', () => {
  const rate = new DrainRate();
  rate.ended(1, 0, true);
  rate.ended(1, 10, true);
  rate.ended(1, 30, true);
  assert.equal(rate.msPerRow, 11);
});

test('a pause in which nothing waited is not counted', () => {
  const rate = new DrainRate();
  rate.ended(1, 0, true);
  rate.ended(1, 10, false);
  rate.ended(1, 1000, true);
  assert.equal(rate.msPerRow, 10);
  rate.ended(1, 1010, true);
  assert.equal(rate.msPerRow, 10);
});

test('the time until a hanging runner is given up is not counted', () => {
  const rate = new DrainRate();
  rate.ended(1, 0, true);
  rate.ended(1, 10, true);
  rate.lost();
  rate.ended(1, 30_000, true);
  assert.equal(rate.msPerRow, 10);
  rate.ended(1, 30_010, true);
  assert.equal(rate.msPerRow, 10);
});

test('a run without rows counts as one with one', () => {
  const rate = new DrainRate();
  rate.ended(1, 0, true);
  rate.ended(0, 5, true);
  assert.equal(rate.msPerRow, 5);
});
