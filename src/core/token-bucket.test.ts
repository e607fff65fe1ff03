import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RateLimitOptions } from './rate-limit-options.js';
import { type Bucket, fullBucket, takeToken } from './token-bucket.js';

const limit = (requestsPerSecond: number, burst: number): RateLimitOptions => ({ requestsPerSecond, burst });

/** What becomes of requests at these times: `x` is taken, `.` refused. */
function outcome(options: RateLimitOptions, timesMs: readonly number[]): string {
  let bucket: Bucket = fullBucket(options, timesMs[0] ?? 0);
  return timesMs
    .map((now) => {
      const taking = takeToken(bucket, options, now);
      bucket = taking.bucket;
      return taking.waitMs === 0 ? 'x' : '.';
    })
    .join('');
}

const rows: [title: string, options: RateLimitOptions, timesMs: number[], taken: string][] = [
  ['so many at once and no more', limit(1, 3), [0, 0, 0, 0, 0], 'xxx..'],
  ['a new one as soon as its time has come', limit(10, 1), [0, 99, 100, 199, 200], 'x.x.x'],
  ['refusals cost nothing', limit(10, 1), [0, 50, 60, 70, 80, 90, 100], 'x.....x'],
  ['a pause brings back no more than the burst', limit(10, 2), [0, 0, 60_000, 60_000, 60_000], 'xxxx.'],
  ['less than one a second', limit(0.5, 1), [0, 1999, 2000], 'x.x'],
  ['a clock that stands still brings nothing', limit(1000, 1), [5, 5, 5], 'x..'],
];

for (const [title, options, timesMs, taken] of rows) {
  test(`${title}: ${taken}`, () => assert.equal(outcome(options, timesMs), taken));
}

test('over a long time exactly so many are taken, in whatever steps time passes', () => {
  for (const stepMs of [0.1, 1, 3, 7.3, 100]) {
    const times = Array.from({ length: Math.floor(10_000 / stepMs) + 1 }, (_, i) => i * stepMs);
    const taken = outcome(limit(7, 5), times).replaceAll('.', '').length;
    assert.ok(taken === 75 || taken === 74, `steps of ${stepMs} ms: ${taken}`);
  }
});

const waits: [options: RateLimitOptions, passedMs: number, waitMs: number][] = [
  [limit(1, 1), 0, 1000],
  [limit(1, 1), 250, 750],
  [limit(0.1, 1), 0, 10_000],
  [limit(100, 1), 0, 10],
];

for (const [options, passedMs, waitMs] of waits) {
  test(`at ${options.requestsPerSecond}/s, ${passedMs} ms after the last there is one in ${waitMs} ms`, () => {
    const { bucket } = takeToken(fullBucket(options, 0), options, 0);
    assert.equal(takeToken(bucket, options, passedMs).waitMs, waitMs);
  });
}
