import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import type { Seen } from './found.js';
import { seenOf } from './look-at-file.js';

const [now, second] = [1_000_000, 1000];

const rows: [
  name: string,
  mtimeMs: number,
  ctimeMs: number,
  before: number | 'other' | null,
  isSteady: boolean,
][] = [
  ['long unchanged', now - 5 * second, now - 5 * second, null, true],
  ['just written', now, now, null, false],
  ['just written, and then given an old time', 0, now, null, false],
  ['written two seconds ago', now - 2 * second, now - 2 * second, null, false],
  ['just written, where another one was before', now, now, 'other', false],
  ['written by a clock that is ahead', now + 60 * second, now + 60 * second, null, false],
  [
    'written by a clock that is ahead, and known',
    now + 60 * second,
    now + 60 * second,
    now - 3 * second,
    true,
  ],
  ['known for a second only', now + 60 * second, now + 60 * second, now - second, false],
  ['given a time to come, and known', now + 60 * second, now - 60 * second, now - 3 * second, true],
];

for (const [name, mtimeMs, ctimeMs, before, isSteady] of rows) {
  test(`a file that was ${name} can ${isSteady ? '' : 'not '}be trusted to show its next change`, () => {
    const stats = statSync('.', { bigint: true });
    stats.mtimeNs = BigInt(mtimeMs) * 1_000_000n;
    stats.ctimeNs = BigInt(ctimeMs) * 1_000_000n;
    const { stamp } = seenOf(stats, null, now);
    const known = before === 'other' ? { stamp: 'other', sinceMs: 0 } : { stamp, sinceMs: before ?? now };
    const seen: Seen | null = before === null ? null : { ...known, isSteady: false };
    assert.deepEqual(seenOf(stats, seen, now), {
      stamp,
      sinceMs: typeof before === 'number' ? before : now,
      isSteady,
    });
  });
}
