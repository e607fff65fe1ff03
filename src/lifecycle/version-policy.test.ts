import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenVersions, missingVersions, policyText, type VersionPolicy } from './version-policy.js';

const latest = (count: number): VersionPolicy => ({ kind: 'latest', count });
const specific = (...versions: string[]): VersionPolicy => ({ kind: 'specific', versions });

const rows: [offered: string[], policy: VersionPolicy, chosen: string[]][] = [
  [['1', '2', '10'], { kind: 'all' }, ['1', '2', '10']],
  [['1', '2', '10'], latest(1), ['10']],
  [['10', '2', '1'], latest(2), ['10', '2']],
  [['1', '2'], latest(5), ['1', '2']],
  [['20240131093000', '20240131100000'], latest(1), ['20240131100000']],
  [['b', 'a', '3'], latest(1), ['3']],
  [['v2', 'v1'], latest(1), ['v1']],
  [[], latest(1), []],
  [['1', '2', '3'], specific('3', '1'), ['1', '3']],
  [['1', '2'], specific('7'), []],
];

for (const [offered, policy, chosen] of rows) {
  test(`of ${offered.join(' ') || 'none'}, ${JSON.stringify(policy)} chooses ${chosen.join(' ') || 'none'}`, () => {
    assert.deepEqual(chosenVersions(offered, policy), chosen);
  });
}

test('a policy is told as people write it', () => {
  assert.deepEqual([{ kind: 'all' } as const, latest(2), specific('1', '7')].map(policyText), [
    'all',
    'latest(2)',
    'specific(1, 7)',
  ]);
});

test('versions that are named and are not there are missing', () => {
  assert.deepEqual(missingVersions(['1', '2'], specific('2', '7')), ['7']);
  assert.deepEqual(missingVersions(['1'], latest(3)), []);
});
