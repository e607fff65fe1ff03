import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesPattern } from './matches-pattern.js';

const ROWS: readonly (readonly [pattern: string, name: string, matches: boolean])[] = [
  ['a', 'a', true],
  ['a', 'ab', false],
  ['a', 'A', false],
  ['*', '', true],
  ['*', 'anything', true],
  ['a*', 'a', true],
  ['a*', 'ba', false],
  ['*a', 'ba', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['a*bc*bc', 'abc', false],
  ['a*bc*bc', 'abcbc', true],
  ['**', 'x', true],
  ['.*', 'xy', false],
  ['a.c', 'abc', false],
  ['', '', true],
  ['', 'a', false],
];

for (const [pattern, name, matches] of ROWS) {
  test(`'${pattern}' ${matches ? 'matches' : 'does not match'} '${name}'`, () => {
    assert.equal(matchesPattern(pattern, name), matches);
  });
}

test('a pattern of many stars takes no time', () => {
  assert.equal(matchesPattern(`${'a*'.repeat(500)}b`, 'a'.repeat(100_000)), false);
});
