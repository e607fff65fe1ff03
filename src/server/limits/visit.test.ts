import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientLimits } from './client-limits.js';
import { MemoryBudget } from './memory-budget.js';
import { RefusalCounts } from './refusal-counts.js';
import { Visit } from './visit.js';

function door(limitBytes: number) {
  const memory = new MemoryBudget(limitBytes);
  const refusals = new RefusalCounts();
  return { memory, refusals, visit: () => new Visit(memory, refusals, 240) };
}

test('what a request holds is the most that it asked for, and all of it comes back once', () => {
  const { memory, visit } = door(1000);
  const one = visit();
  one.hold(100);
  one.hold(50);
  one.holdMore(10);
  assert.equal(memory.heldBytes, 110);
  one.release(30);
  assert.equal(memory.heldBytes, 80);
  one.end();
  one.end();
  one.release(80);
  assert.equal(memory.heldBytes, 0);
});

test('a request that ended holds nothing, whatever still comes of it', () => {
  const { memory, visit } = door(1000);
  const one = visit();
  one.end();
  one.hold(500);
  one.holdMore(5);
  assert.equal(memory.heldBytes, 0);
});

test('what does not fit is refused in one sentence, counted, and what was held is held still', () => {
  const { memory, refusals, visit } = door(1000);
  visit().hold(900);
  const two = visit();
  two.hold(50);
  assert.throws(() => two.hold(200), {
    code: 'OVERLOADED',
    retryAfterSeconds: 1,
    message:
      'requests that are not answered yet hold 950 of 1000 bytes, and there is no room for this one of 200; try again later',
  });
  assert.equal(memory.heldBytes, 950);
  assert.equal(refusals.requests.get('inflight_bytes'), 1);
  two.end();
  assert.equal(memory.heldBytes, 900);
});

test('its place among the requests of its client is free once it has ended', () => {
  const { refusals, visit } = door(1000);
  const clients = new ClientLimits({ rate: null, concurrency: 1 }, refusals);
  const one = visit();
  one.enter(clients, 'a', 0);
  const two = visit();
  assert.throws(() => two.enter(clients, 'a', 0), { code: 'RATE_LIMITED' });
  two.end();
  assert.throws(
    () => visit().enter(clients, 'a', 0),
    { code: 'RATE_LIMITED' },
    'a refused one frees nothing',
  );
  one.end();
  visit().enter(clients, 'a', 0);
});
