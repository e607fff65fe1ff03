import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CoreShares, mayStart, type ShareHolder } from './core-shares.js';

const holder = (runningThreads: number, usedMs = 0, isWaiting = false): ShareHolder => ({
  runningThreads,
  usedMs,
  isWaiting,
});

interface Row {
  readonly name: string;
  readonly me: ShareHolder;
  readonly others?: readonly ShareHolder[];
  readonly may: boolean;
}

/** On four cores, one more run of one thread. */
const rows: Row[] = [
  { name: 'a first run always may', me: holder(0, 999), others: [holder(4, 0, true)], may: true },
  { name: 'nobody else is about: as many as it likes', me: holder(4), may: true },
  { name: 'others have nothing to do', me: holder(4), others: [holder(0)], may: true },
  { name: 'a core is left', me: holder(2), others: [holder(1)], may: true },
  { name: 'no core is left', me: holder(2), others: [holder(2)], may: false },
  {
    name: 'a core is left, and who waits for one has had less',
    me: holder(2, 50),
    others: [holder(1, 40, true)],
    may: false,
  },
  {
    name: 'a core is left, and who waits for one has had more',
    me: holder(2, 40),
    others: [holder(1, 50, true)],
    may: true,
  },
  {
    name: 'a core is left, and who has had less does not want it',
    me: holder(2, 50),
    others: [holder(1, 40, false)],
    may: true,
  },
];

for (const { name, me, others = [], may } of rows) {
  test(`${name}: ${may ? 'it may' : 'it may not'}`, () => {
    assert.equal(mayStart(me, others, 1, 4), may);
  });
}

test('a run of more threads than are left may not start', () => {
  assert.equal(mayStart(holder(1), [holder(1)], 2, 4), true);
  assert.equal(mayStart(holder(1), [holder(1)], 3, 4), false);
});

/** Models on a host of so many cores; `woken` names those that were asked to try again. */
function host(cores: number) {
  const shares = new CoreShares(cores);
  const woken: string[] = [];
  return { woken, join: (name: string) => shares.join(() => woken.push(name)) };
}

test('who had to wait is asked again when a run of another ends', () => {
  const { join, woken } = host(2);
  const [a, b] = [join('a'), join('b')];
  a.started(1);
  b.started(1);
  assert.equal(a.mayStart(1), false);
  b.ended(1);
  assert.deepEqual(woken, ['a']);
  assert.equal(a.mayStart(1), true);
});

test('who waits and has had least is asked first', () => {
  const { join, woken } = host(3);
  const [a, b, c] = [join('a'), join('b'), join('c')];
  for (const share of [a, b, c]) share.started(1);
  a.used(1, 20);
  b.used(1, 10);
  assert.deepEqual([a.mayStart(1), b.mayStart(1)], [false, false]);
  c.ended(1);
  assert.deepEqual(woken, ['b', 'a']);
});

test('time is counted by threads', () => {
  const { join, woken } = host(4);
  const [a, b, c] = [join('a'), join('b'), join('c')];
  a.started(2);
  b.started(1);
  c.started(1);
  a.used(2, 10);
  b.used(1, 15);
  a.mayStart(2);
  b.mayStart(1);
  c.ended(1);
  assert.deepEqual(woken, ['b', 'a'], '15 ms of one thread are less than 10 ms of two');
});

test('who comes back after a pause has saved nothing up', () => {
  const { join } = host(4);
  const [a, b] = [join('a'), join('b')];
  a.started(1);
  a.used(1, 1000);
  b.started(1);
  b.started(1);
  b.started(1);
  assert.equal(b.mayStart(1), false, 'no core is left');
  b.ended(1);
  // Both have had as much now, so that nobody is kept back.
  assert.equal(a.mayStart(1), true);
});

test('a first run waits for nothing any more', () => {
  const { join } = host(3);
  const [a, b] = [join('a'), join('b')];
  b.started(2);
  a.started(1);
  b.used(2, 50);
  assert.equal(a.mayStart(1), false, 'no core is left');
  a.ended(1);
  assert.equal(a.mayStart(1), true);
  a.started(1);
  b.ended(1);
  assert.equal(b.mayStart(1), true, 'nobody who has had less waits');
});

test('who has nothing more to run keeps nobody back', () => {
  const { join } = host(4);
  const [a, b] = [join('a'), join('b')];
  a.started(1);
  a.used(1, 1);
  b.started(3);
  b.used(1, 100);
  assert.equal(a.mayStart(1), false, 'no core is left, so it waits');
  b.ended(1);
  assert.equal(b.mayStart(1), false, 'the core is for who waits and has had less');
  a.satisfied();
  assert.equal(b.mayStart(1), true);
});

test('who leaves keeps nobody back', () => {
  const { join, woken } = host(2);
  const [a, b] = [join('a'), join('b')];
  a.started(1);
  b.started(1);
  assert.equal(b.mayStart(1), false);
  a.leave();
  assert.deepEqual(woken, ['b']);
  assert.equal(b.mayStart(1), true);
});
