import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allNeeded, needsItself } from './needs.js';

interface Named {
  readonly name: string;
  waitsFor: readonly Named[];
}

/** `a: b c` for each that needs others. */
function graphOf(...lines: string[]): (name: string) => Named {
  const all = new Map<string, Named>();
  const named = (name: string): Named => {
    const found = all.get(name) ?? { name, waitsFor: [] };
    all.set(name, found);
    return found;
  };
  for (const line of lines) {
    const [name = '', others = ''] = line.split(': ');
    named(name).waitsFor = others.split(' ').map(named);
  }
  return named;
}

const rows: [graph: string[], of: string, needed: string, itself: boolean][] = [
  [[], 'a', '', false],
  [['a: b c'], 'a', 'bc', false],
  [['a: b c', 'b: d', 'c: d'], 'a', 'bcd', false],
  [['a: b', 'b: a'], 'a', 'ab', true],
  [['a: a'], 'a', 'a', true],
  [['a: b', 'b: c', 'c: b'], 'a', 'bc', false],
];

for (const [graph, of, needed, itself] of rows) {
  test(`in [${graph.join(', ')}] ${of} needs [${needed}]${itself ? ' and so itself' : ''}`, () => {
    const start = graphOf(...graph)(of);
    const names = [...allNeeded(start)].map(({ name }) => name);
    assert.equal(names.sort().join(''), needed);
    assert.equal(needsItself(start), itself);
  });
}
