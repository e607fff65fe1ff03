import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FaultKind, faultOfConnection, faultOfStatus, StoreFault } from './fault.js';
import { type Failures, isWorthRetrying, retryDelayMs } from './retry.js';

const delays: [attempt: number, random: number, retryAfterMs: number | null, delayMs: number][] = [
  [0, 0, null, 200],
  [0, 1, null, 100],
  [1, 0, null, 400],
  [3, 0.5, null, 1200],
  [20, 0, null, 20_000],
  [0, 0, 7000, 7000],
  [20, 0, 7000, 20_000],
  [0, 0, 3_600_000, 60_000],
];

for (const [attempt, random, retryAfterMs, delayMs] of delays) {
  test(`after try ${attempt} (random ${random}, Retry-After ${retryAfterMs}) it waits ${delayMs} ms`, () =>
    assert.equal(retryDelayMs(attempt, random, retryAfterMs), delayMs));
}

const tries: [kind: FaultKind, failures: Failures, isWorthIt: boolean][] = [
  ['transient', { all: 1, damaged: 0 }, true],
  ['transient', { all: 3, damaged: 1 }, true],
  ['transient', { all: 4, damaged: 0 }, false],
  ['damaged', { all: 3, damaged: 1 }, true],
  ['damaged', { all: 2, damaged: 2 }, false],
  ['changed', { all: 1, damaged: 0 }, false],
  ['missing', { all: 1, damaged: 0 }, false],
  ['denied', { all: 1, damaged: 0 }, false],
  ['refused', { all: 1, damaged: 0 }, false],
];

for (const [kind, failures, isWorthIt] of tries) {
  test(`${kind}, ${failures.all} failures, ${failures.damaged} of them damaged: ${isWorthIt ? 'again' : 'enough'}`, () =>
    assert.equal(isWorthRetrying(new StoreFault(kind, ''), failures, 3), isWorthIt));
}

const statuses: [status: number, kind: FaultKind][] = [
  [301, 'refused'],
  [400, 'refused'],
  [401, 'denied'],
  [403, 'denied'],
  [404, 'missing'],
  [408, 'transient'],
  [410, 'missing'],
  [412, 'changed'],
  [416, 'changed'],
  [429, 'transient'],
  [500, 'transient'],
  [503, 'transient'],
];

for (const [status, kind] of statuses) {
  test(`${status} is ${kind}`, () => assert.equal(faultOfStatus(status).kind, kind));
}

test('the store says when it wants to be asked again, in seconds', () => {
  assert.equal(faultOfStatus(503, '', '12').retryAfterMs, 12_000);
  assert.equal(faultOfStatus(503, '', 'Fri, 31 Dec 1999 23:59:59 GMT').retryAfterMs, null);
});

test('what lies at the bottom of a failed connection is told', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const refused = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:80')]), {
    code: 'X',
  });
  assert.equal(faultOfConnection(new TypeError('terminated', { cause: reset })).message, 'read ECONNRESET');
  assert.equal(
    faultOfConnection(new TypeError('fetch failed', { cause: refused })).message,
    'connect ECONNREFUSED ::1:80',
  );
});

test('a certificate that is wrong will be wrong again', () => {
  const wrong = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  assert.equal(faultOfConnection(new TypeError('fetch failed', { cause: wrong })).kind, 'refused');
});
