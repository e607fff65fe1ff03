import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jointOffers } from './joint-offers.js';

const rows: [what: string, changed: string, ensembles: string[], expected: string[]][] = [
  ['nothing stands on it', 'a', [], []],
  ['an ensemble stands on others', 'a', ['e: b c'], []],
  ['one step', 'a', ['e: a b'], ['a']],
  ['two steps of one ensemble', 'a b', ['e: a b'], ['a b']],
  ['an ensemble and its step', 'a e', ['e: a b'], ['a e']],
  ['an ensemble alone', 'e', ['e: a b'], []],
  ['steps of different ensembles', 'a b', ['e: a', 'f: b'], ['a', 'b']],
  ['two ensembles share a step', 'a b c', ['e: a b', 'f: b c'], ['a b c']],
  ['a third ensemble joins two groups', 'a b', ['e: a', 'f: b', 'g: a b'], ['a b']],
  ['ensembles on ensembles', 'a f', ['e: f a', 'f: a'], ['a f']],
  ['a model that nothing stands on is in no group', 'a x', ['e: a'], ['a']],
];

for (const [what, changed, ensembles, expected] of rows) {
  test(`${what}: of changes to ${changed} with ${ensembles.join(', ') || 'no ensemble'}, the groups are [${expected}]`, () => {
    const serving = ensembles.map((text) => {
      const [name = '', needs = ''] = text.split(': ');
      return { name, needs: new Set(needs.split(' ')) };
    });
    const groups = jointOffers(new Set(changed.split(' ')), serving);
    assert.deepEqual(
      groups.map((group) => [...group].sort().join(' ')),
      expected,
    );
  });
}
