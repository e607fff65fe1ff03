import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, placeOfKey, type Share, shareAt } from './split.js';

function sharesOf(weights: Readonly<Record<string, number>>): readonly Share[] {
  return Object.entries(weights).map(([version, weight]) => ({ version, weight }));
}

const rows: [weights: Record<string, number>, place: number, version: string | null][] = [
  [{}, 0, null],
  [{ a: 0 }, 0, null],
  [{ a: 0, b: 0 }, 0.5, null],
  [{ a: 1 }, 0, 'a'],
  [{ a: 1 }, 0.999, 'a'],
  [{ a: 1, b: 1 }, 0, 'a'],
  [{ a: 1, b: 1 }, 0.499, 'a'],
  [{ a: 1, b: 1 }, 0.5, 'b'],
  [{ a: 90, b: 10 }, 0.899, 'a'],
  [{ a: 90, b: 10 }, 0.9, 'b'],
  [{ a: 0, b: 1 }, 0, 'b'],
  [{ a: 1, b: 0 }, 0.999, 'a'],
  [{ a: 0.25, b: 0.5 }, 0.4, 'b'],
  // What rounding leaves over is not lost.
  [{ a: 0.1, b: 0.2, c: 0 }, 1, 'b'],
];

for (const [weights, place, version] of rows) {
  test(`of ${JSON.stringify(weights)}, ${place} falls to ${version ?? 'nobody'}`, () => {
    assert.equal(shareAt(sharesOf(weights), place), version);
  });
}

/** How many of `count` turns from `first` on fall below `part`. */
function turnsBelow(part: number, first: number, count: number): number {
  let below = 0;
  for (let turn = first; turn < first + count; turn++) if (placeOf(turn) < part) below++;
  return below;
}

for (const part of [0.01, 0.1, 0.25, 0.5, 0.9, 0.99]) {
  test(`any 100 turns in a row fall below ${part} as often as they should, give or take 2`, () => {
    for (const first of [0, 1, 37, 12_345, 10_000_000, 2 ** 40]) {
      const below = turnsBelow(part, first, 100);
      assert.ok(Math.abs(below - part * 100) <= 2, `${below} of 100 from turn ${first} on`);
    }
  });
}

test('a minority is never kept waiting for long', () => {
  let last = -1;
  for (let turn = 0; turn < 10_000; turn++) {
    if (placeOf(turn) >= 0.1) continue;
    assert.ok(turn - last <= 15, `none between turns ${last} and ${turn}`);
    last = turn;
  }
});

test('a key always has the same place, and keys that are alike are spread', () => {
  assert.equal(placeOfKey('user-1'), placeOfKey('user-1'));
  assert.equal(placeOfKey(''), placeOfKey(''));
  const below = Array.from({ length: 10_000 }, (_, i) => placeOfKey(`user-${i}`)).filter((at) => at < 0.3);
  assert.ok(Math.abs(below.length - 3000) < 300, `${below.length} of 10000`);
  for (const key of ['', 'a', '\u{1f600}', 'x'.repeat(10_000)]) {
    const place = placeOfKey(key);
    assert.ok(place >= 0 && place < 1, `${place}`);
  }
});
