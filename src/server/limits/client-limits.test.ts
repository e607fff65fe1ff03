import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientLimits } from './client-limits.js';
import { RefusalCounts } from './refusal-counts.js';

const rate = { requestsPerSecond: 2, burst: 3 };

test('every client has a rate of its own, and hears when to come again', () => {
  const refusals = new RefusalCounts();
  const limits = new ClientLimits({ rate, concurrency: null }, refusals);
  for (let i = 0; i < 3; i++) limits.enter('a', 0);
  assert.throws(() => limits.enter('a', 0), {
    code: 'RATE_LIMITED',
    retryAfterSeconds: 1,
    message: 'the rate limit of 2 requests per second and client (3 at once) is reached; try again later',
  });
  limits.enter('b', 0);
  limits.enter('a', 500);
  assert.throws(() => limits.enter('a', 500), { code: 'RATE_LIMITED' });
  assert.equal(refusals.requests.get('client_rate'), 2);
});

test('a client may have so many requests that are not answered, and more once it has fewer', () => {
  const refusals = new RefusalCounts();
  const limits = new ClientLimits({ rate: null, concurrency: 2 }, refusals);
  limits.enter('a', 0);
  limits.enter('a', 0);
  assert.throws(() => limits.enter('a', 0), {
    code: 'RATE_LIMITED',
    message: 'this client has 2 requests that are not answered yet, and may have 2; try again later',
  });
  limits.enter('b', 0);
  limits.leave('a');
  limits.enter('a', 0);
  assert.equal(refusals.requests.get('client_concurrency'), 1);
});

test('what was refused for its number costs nothing of the rate', () => {
  const limits = new ClientLimits(
    { rate: { requestsPerSecond: 1, burst: 2 }, concurrency: 1 },
    new RefusalCounts(),
  );
  limits.enter('a', 0);
  for (let i = 0; i < 9; i++) assert.throws(() => limits.enter('a', 0), /not answered yet/);
  limits.leave('a');
  limits.enter('a', 0);
});

test('a flood of clients takes no more memory than so many, and who has requests inside is not forgotten', () => {
  const limits = new ClientLimits({ rate, concurrency: 1 }, new RefusalCounts(), 100);
  limits.enter('stays', 0);
  for (let i = 0; i < 10_000; i++) {
    limits.enter(`c${i}`, 0);
    limits.leave(`c${i}`);
  }
  assert.ok(limits.size <= 101, String(limits.size));
  assert.throws(() => limits.enter('stays', 0), /may have 1/);
  limits.leave('stays');
  limits.enter('stays', 0);
});
