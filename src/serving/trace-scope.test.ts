import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopeOf, takes } from './trace-scope.js';

const rows: [title: string, settings: Parameters<typeof scopeOf>[0], taken: string][] = [
  ['every request', { levels: ['TIMESTAMPS'], rate: 1, count: -1, logFrequency: 0 }, 'xxxxxxx'],
  ['every third, the third first', { levels: ['TENSORS'], rate: 3, count: -1, logFrequency: 0 }, '..x..x.'],
  ['two and no more', { levels: ['TIMESTAMPS'], rate: 1, count: 2, logFrequency: 0 }, 'xx.....'],
  ['one of every second', { levels: ['TIMESTAMPS'], rate: 2, count: 1, logFrequency: 0 }, '.x.....'],
  ['a count of nought', { levels: ['TIMESTAMPS'], rate: 1, count: 0, logFrequency: 0 }, '.......'],
  ['no level', { levels: [], rate: 1, count: -1, logFrequency: 0 }, '.......'],
];

for (const [title, settings, taken] of rows) {
  test(`of seven requests, ${title}: ${taken}`, () => {
    const scope = scopeOf(settings);
    assert.equal(Array.from(taken, () => (takes(scope) ? 'x' : '.')).join(''), taken);
  });
}

test('what is not traced for want of a level is not counted', () => {
  const scope = scopeOf({ levels: [], rate: 2, count: 1, logFrequency: 0 });
  takes(scope);
  const on = { ...scope, levels: ['TIMESTAMPS'] as const };
  assert.deepEqual([takes(on), takes(on), takes(on), takes(on)], [false, true, false, false]);
  assert.equal(on.count.remaining, 0);
});
