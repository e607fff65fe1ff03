import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { requestTimeoutOf, within } from './request-timeout.js';

const timeouts: [header: string | undefined, timeoutMs: number | null][] = [
  [undefined, null],
  ['2', 2000],
  ['1.5', 1500],
  ['0.25', 250],
  ['2s', 2000],
  ['1500ms', 1500],
  ['500us', 0.5],
  ['1m', 60_000],
  ['0.5m', 30_000],
  ['0000000001', 1000],
  // Longer than a timer can wait: no deadline, and not one that has passed.
  ['99999999m', null],
  ['9'.repeat(400), null],
];

for (const [header, timeoutMs] of timeouts) {
  test(`X-Request-Timeout ${header?.slice(0, 20)} is ${timeoutMs} ms`, () =>
    assert.equal(requestTimeoutOf(header), timeoutMs));
}

const refused = [
  '',
  '0',
  '0ms',
  '0.0',
  '-1',
  '+1',
  '1.',
  '.5',
  '1e3',
  '5S',
  '5h',
  '5 s',
  'ms',
  '1, 2',
  'NaN',
  '٥',
];

for (const header of refused) {
  test(`X-Request-Timeout "${header}" is refused`, () =>
    assert.throws(() => requestTimeoutOf(header), {
      code: 'INVALID_ARGUMENT',
      message: `the header X-Request-Timeout must be a number of seconds above 0, or a number with one of the units us, ms, s and m, as in 1.5 or 1500ms, but is '${header}'`,
    }));
}

const PASSED = { code: 'DEADLINE_EXCEEDED', message: 'the deadline of 100 ms passed' };

test('work that is done in time is answered as it comes out, and its timer is cancelled', async () => {
  const clock = new FakeClock();
  assert.equal(await within(100, 60, clock, () => 7), 7);
  assert.equal(await within(100, 60, clock, () => Promise.resolve(8)), 8);
  for (const fail of [() => Promise.reject(new Error('no')), () => assert.fail('no')]) {
    await assert.rejects(within(100, 60, clock, fail), { message: 'no' });
  }
  assert.equal(clock.timers, 0);
});

test('work that takes longer than what is left is not waited for', async () => {
  const clock = new FakeClock();
  const work = deferred<number>();
  const answer = within(100, 60, clock, () => work.promise);
  clock.advance(59);
  assert.equal(clock.timers, 1);
  clock.advance(1);
  await assert.rejects(answer, PASSED);
  work.reject(new Error('nobody hears this'));
  await new Promise(setImmediate);
});

for (const leftMs of [0, -1]) {
  test(`with ${leftMs} ms left nothing is begun`, async () => {
    const begun = within(100, leftMs, new FakeClock(), () => assert.fail('it was begun'));
    await assert.rejects(begun, PASSED);
  });
}
