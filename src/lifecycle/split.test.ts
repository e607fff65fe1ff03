import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidatesOf, isCopied, placeOf, placeOfKey, type Share, shareAt } from './split.js';
import { PLAIN_TRAFFIC, type Traffic } from './traffic.js';

const share = (version: string, weight: number): Share => ({ version, weight });

const places: [shares: readonly Share[], place: number, chosen: string | null][] = [
  [[], 0.5, null],
  [[share('1', 0)], 0.5, null],
  [[share('1', 7)], 0, '1'],
  [[share('1', 7)], 0.999, '1'],
  [[share('1', 90), share('2', 10)], 0, '1'],
  [[share('1', 90), share('2', 10)], 0.89, '1'],
  [[share('1', 90), share('2', 10)], 0.91, '2'],
  [[share('1', 0), share('2', 10)], 0, '2'],
  [[share('1', 10), share('2', 0)], 1, '1'],
  [[share('1', 0.25), share('2', 0.25), share('3', 0.5)], 0.4, '2'],
];
for (const [shares, place, chosen] of places) {
  const shown = shares.map(({ version, weight }) => `${version}: ${weight}`).join(', ');
  test(`of {${shown}} the place ${place} belongs to ${chosen}`, () => {
    assert.equal(shareAt(shares, place), chosen);
  });
}

const labels: Readonly<Record<string, string>> = { stable: '1', canary: '3' };
const versionOf = (name: string): string | null =>
  labels[name] ?? (['1', '2', '3'].includes(name) ? name : null);

const candidates: [what: string, ready: readonly string[], traffic: Traffic, expected: readonly Share[]][] = [
  ['all that are ready', ['1', '3'], PLAIN_TRAFFIC, [share('1', 1), share('3', 1)]],
  ['none', [], PLAIN_TRAFFIC, []],
  [
    'all but the shadow',
    ['1', '2', '3'],
    { split: null, shadow: { version: '3', percent: 0 } },
    [share('1', 1), share('2', 1)],
  ],
  [
    'all but the shadow, which is said by its label',
    ['1', '3'],
    { split: null, shadow: { version: 'canary', percent: 100 } },
    [share('1', 1)],
  ],
  ['none but a shadow', ['3'], { split: null, shadow: { version: '3', percent: 100 } }, []],
  [
    'only those with a weight',
    ['1', '2', '3'],
    { split: { stable: 90, 3: 10 }, shadow: null },
    [share('1', 90), share('3', 10)],
  ],
  [
    'only those that are ready',
    ['2', '3'],
    { split: { 1: 90, 2: 0, 3: 10 }, shadow: null },
    [share('3', 10)],
  ],
  [
    'none where a weight is that of a version that there is not',
    ['1'],
    { split: { 9: 1 }, shadow: null },
    [],
  ],
];
for (const [what, ready, traffic, expected] of candidates) {
  test(`requests without a version may go to ${what}: [${ready}] with ${JSON.stringify(traffic)}`, () => {
    assert.deepEqual(candidatesOf(ready, traffic, versionOf), expected);
  });
}

/** How many of so many turns each version gets. */
function dealt(shares: readonly Share[], from: number, turns: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let turn = from; turn < from + turns; turn++) {
    const version = shareAt(shares, placeOf(turn)) ?? 'none';
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}

test('wherever it begins, any number of turns is shared out as the weights say, within two', () => {
  for (const from of [0, 1, 1234, 10 ** 9]) {
    for (const turns of [10, 100, 1000]) {
      for (const percent of [1, 10, 33, 50, 90]) {
        const { one = 0 } = dealt([share('one', percent), share('two', 100 - percent)], from, turns);
        const expected = (turns * percent) / 100;
        assert.ok(Math.abs(one - expected) <= 2, `${one} of ${turns} at ${percent} % from ${from}`);
      }
    }
  }
});

test('so many percent are copied, none at 0 and all at 100, of each share alike', () => {
  for (const percent of [0, 1, 25, 50, 99, 100]) {
    const turns = Array.from({ length: 10_000 }, (_, turn) => turn);
    const copied = turns.filter((turn) => isCopied(turn, percent));
    assert.equal(copied.length, percent * 100);
    const ofFew = copied.filter((turn) => placeOf(turn) >= 0.9).length;
    assert.ok(Math.abs(ofFew - percent * 10) <= 10, `${ofFew} of the 1000 that a tenth got, at ${percent} %`);
  }
});

test('keys go where they always go, and are spread', () => {
  const shares = [share('1', 50), share('2', 50)];
  const keys = Array.from({ length: 2000 }, (_, at) => String(at + 1));
  const first = keys.filter((key) => shareAt(shares, placeOfKey(key)) === '1');
  assert.deepEqual(
    keys.filter((key) => shareAt(shares, placeOfKey(key)) === '1'),
    first,
  );
  assert.ok(Math.abs(first.length - 1000) < 100, `${first.length} of 2000`);
});
