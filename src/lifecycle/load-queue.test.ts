import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBegin, type Waiting } from './load-queue.js';
import type { VersionState } from './state.js';

interface Named extends Waiting {
  readonly name: string;
  waitsFor: readonly Named[];
}

/**
 * What waits, as `a`, `e: a b` (needs a and b) or `e: a?` and so on: what is needed and does not wait itself is given
 * with its state.
 */
function queueOf(lines: readonly string[], others: Readonly<Record<string, VersionState | 'not wanted'>>) {
  const all = new Map<string, Named & { state: VersionState; wanted: boolean }>();
  const named = (name: string) => {
    const known = others[name];
    const state = known === undefined || known === 'not wanted' ? 'offered' : known;
    const found = all.get(name) ?? { name, waitsFor: [], state, wanted: known !== 'not wanted' };
    all.set(name, found);
    return found;
  };
  return lines.map((line) => {
    const [name = '', needs = ''] = line.split(': ');
    const each = named(name);
    each.waitsFor = needs.split(' ').filter(Boolean).map(named);
    return each;
  });
}

const rows: [
  what: string,
  waiting: string[],
  others: Record<string, VersionState | 'not wanted'>,
  places: number,
  begun: string,
][] = [
  ['nothing waits', [], {}, 4, ''],
  ['as many begin as there are places, in order', ['a', 'b', 'c'], {}, 2, 'a b'],
  ['no place is free', ['a'], {}, 0, ''],
  ['more places were taken than there are', ['a'], {}, -1, ''],
  ['one that needs others waits until they have been loaded', ['e: a', 'a'], {}, 4, 'a'],
  ['it takes no place from others meanwhile', ['e: a', 'b', 'c'], { a: 'loading' }, 2, 'b c'],
  ['it begins when they are ready', ['e: a b'], { a: 'ready', b: 'ready' }, 4, 'e'],
  ['it waits for the last of them', ['e: a b'], { a: 'ready', b: 'loading' }, 4, ''],
  ['it begins when they failed, and says so', ['e: a'], { a: 'failed' }, 4, 'e'],
  ['it begins when nobody wants them, and says so', ['e: a'], { a: 'not wanted' }, 4, 'e'],
  ['it begins when they are leaving, and says so', ['e: a'], { a: 'unloading' }, 4, 'e'],
  ['it does not wait for itself', ['e: e'], {}, 4, 'e'],
  ['of a ring each begins, and says so', ['e: f', 'f: e'], {}, 4, 'e f'],
  ['one that needs a ring waits for it to fail', ['d: e', 'e: f', 'f: e'], {}, 4, 'e f'],
  ['a chain is loaded from its end', ['e: f', 'f: g', 'g'], {}, 4, 'g'],
];

for (const [what, waiting, others, places, begun] of rows) {
  test(what, () => {
    const found = mayBegin(queueOf(waiting, others), places);
    assert.equal(found.map(({ name }) => name).join(' '), begun);
  });
}
