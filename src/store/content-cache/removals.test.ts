import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRemovals, type Occupant } from './removals.js';

const of = (path: string, byteLength: number, usedMs: number, isInUse = false): Occupant => ({
  path,
  byteLength,
  usedMs,
  isInUse,
});

const cases: [title: string, occupants: readonly Occupant[], maxBytes: number, removed: string[] | null][] = [
  ['nothing where there is room', [of('a', 10, 1), of('b', 10, 2)], 20, []],
  ['what was not used the longest', [of('b', 10, 2), of('a', 10, 1), of('c', 10, 3)], 20, ['a']],
  ['as many as are needed', [of('a', 1, 1), of('b', 10, 2), of('c', 10, 3)], 12, ['a', 'b']],
  ['nothing that is in use', [of('a', 10, 1, true), of('b', 10, 2)], 10, ['b']],
  ['nothing at all where it would not be enough', [of('a', 10, 1, true), of('b', 10, 2)], 9, null],
  ['nothing of an empty cache', [], 0, []],
];

for (const [title, occupants, maxBytes, removed] of cases) {
  test(`removed is ${title}`, () =>
    assert.deepEqual(chooseRemovals(occupants, maxBytes)?.map(({ path }) => path) ?? null, removed));
}
