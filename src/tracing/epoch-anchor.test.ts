import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EpochAnchor } from './epoch-anchor.js';

test('the offset stays as it is while the clocks are read a little apart, and follows one that was set', () => {
  const times = { now: 0.25, epochMs: 1000 };
  const clock = {
    now: () => times.now,
    epochMs: () => times.epochMs,
    startTimer: () => ({ cancel: () => {} }),
  };
  const anchor = new EpochAnchor(clock);
  assert.equal(anchor.offsetMs, 999.75);
  // Whole milliseconds only.
  times.now = 10.9;
  times.epochMs = 1010;
  assert.equal(anchor.offsetMs, 999.75);
  times.epochMs = 5000;
  assert.equal(anchor.offsetMs, 5000 - 10.9);
});
