import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LARGEST_SHARING_BYTES,
  MOST_OF_THEIR_OWN,
  MOST_SHARED,
  type Tenant,
  type ThreadUse,
  whichThread,
} from './which-thread.js';

const SMALL: Tenant = { holder: 'new/1', modelBytes: 1000, needsOwnThread: false };
const own: ThreadUse = { isShared: false, holders: ['own/1'], lastRunAt: 0 };
const shared = (lastRunAt: number, ...holders: string[]): ThreadUse => ({
  isShared: true,
  holders,
  lastRunAt,
});
const owned = (count: number): ThreadUse[] => Array.from({ length: count }, () => own);
/** As many as there may be, the first ones as given and the others busy. */
const full = (...first: ThreadUse[]): ThreadUse[] => [
  ...owned(MOST_OF_THEIR_OWN),
  ...first,
  ...Array.from({ length: MOST_SHARED - first.length }, () => shared(1000, 'busy/1')),
];
const FIRST = MOST_OF_THEIR_OWN;

const cases: readonly (readonly [string, Tenant, readonly ThreadUse[], number | null])[] = [
  ['the first session gets a thread', SMALL, [], null],
  ['and so does each while there are few', SMALL, owned(MOST_OF_THEIR_OWN - 1), null],
  ['those of others are not shared', SMALL, owned(MOST_OF_THEIR_OWN), null],
  ['a shared one is not filled while there may be more', SMALL, full(shared(0, 'a/1')).slice(0, -1), null],
  ['the quietest is shared', SMALL, full(shared(7, 'a/1'), shared(3, 'b/1', 'c/1')), FIRST + 1],
  [
    'and of those that never ran the emptiest',
    SMALL,
    full(shared(0, 'a/1', 'b/1'), shared(0, 'c/1')),
    FIRST + 1,
  ],
  [
    'two of one model do not wait for each other',
    SMALL,
    full(shared(0, 'new/1'), shared(9, 'a/1')),
    FIRST + 1,
  ],
  ['a large model has a thread', { ...SMALL, modelBytes: LARGEST_SHARING_BYTES + 1 }, full(shared(0)), null],
  ['and so has who may have ended the last one', { ...SMALL, needsOwnThread: true }, full(shared(0)), null],
];

for (const [name, tenant, threads, expected] of cases) {
  test(name, () => assert.equal(whichThread(tenant, threads), expected));
}

test('where one model is in every shared thread it gets another', () => {
  const threads = [
    ...owned(MOST_OF_THEIR_OWN),
    ...Array.from({ length: MOST_SHARED }, () => shared(0, 'new/1')),
  ];
  assert.equal(whichThread(SMALL, threads), null);
});
