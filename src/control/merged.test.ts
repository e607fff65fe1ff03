import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OfferedModel } from '#lifecycle/offer.js';
import { PLAIN_TRAFFIC } from '#lifecycle/traffic.js';
import { merged } from './merged.js';

/** A model with nothing but its name and where it comes from, as `source/name`. */
function model(written: string): OfferedModel {
  const [source = '', name = ''] = written.split('/');
  const rest = {
    policy: { kind: 'all' },
    labels: {},
    traffic: PLAIN_TRAFFIC,
    fault: null,
    update: 'overlap',
    faults: {},
  } as const;
  return { name, source, versions: [], ...rest };
}

const CASES: [what: string, lists: string[][], models: string[], doubles: Record<string, string[]>][] = [
  ['no source', [], [], {}],
  ['sources without models', [[], []], [], {}],
  ['one source', [['s/a', 's/b']], ['s/a', 's/b'], {}],
  ['sources without common names', [['s/b'], ['t/a']], ['s/b', 't/a'], {}],
  ['a name that two have: the first counts', [['s/a'], ['t/b', 't/a']], ['s/a', 't/b'], { a: ['s', 't'] }],
  ['a name that three have', [['s/a'], ['t/a'], ['u/a']], ['s/a'], { a: ['s', 't', 'u'] }],
  [
    'the first source that has it, not the first of all',
    [['s/a'], ['t/b'], ['u/b']],
    ['s/a', 't/b'],
    { b: ['t', 'u'] },
  ],
  ['names that every object has', [['s/constructor'], ['t/__proto__']], ['s/constructor', 't/__proto__'], {}],
];

for (const [what, lists, models, doubles] of CASES) {
  test(`together: ${what}`, () => {
    const found = merged(lists.map((list) => list.map(model)));
    assert.deepEqual(
      found.models.map(({ source, name }) => `${source}/${name}`),
      models,
    );
    assert.deepEqual(Object.fromEntries(found.doubles), doubles);
  });
}
