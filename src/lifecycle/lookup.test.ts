import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultVersion, newestFirst } from './lookup.js';

const rows: [versions: string[], notReady: string[], expected: string | null][] = [
  [[], [], null],
  [['1'], ['1'], null],
  [['1', '10', '2'], [], '10'],
  [['1', '10', '2'], ['10'], '2'],
  [['20261123070000000001', '20261123070000000000'], [], '20261123070000000001'],
  [['default'], [], 'default'],
  [['blue', 'green'], [], 'green'],
  [['2', 'green', '1'], [], '1'],
  [['2', 'green', '1'], ['green'], '2'],
];

for (const [versions, notReady, expected] of rows) {
  test(`of [${versions}] with [${notReady}] not ready, ${expected ?? 'none'} serves`, () => {
    const entries = versions.map((version) => ({ version, ready: !notReady.includes(version) }));
    assert.equal(defaultVersion(entries)?.version ?? null, expected);
  });
}

const orders: [versions: string[], newestFirst: string[]][] = [
  [[], []],
  [
    ['1', '10', '2'],
    ['10', '2', '1'],
  ],
  [
    ['b', '10', 'a'],
    ['a', '10', 'b'],
  ],
  [
    ['20261123070000000000', '20261123070000000001'],
    ['20261123070000000001', '20261123070000000000'],
  ],
  // The same number twice: the one that is listed last comes first, as with names.
  [
    ['1', '01'],
    ['01', '1'],
  ],
];

for (const [versions, expected] of orders) {
  test(`newest first, [${versions}] are [${expected}]`, () => {
    const given = [...versions];
    assert.deepEqual(newestFirst(given), expected);
    assert.deepEqual(given, versions, 'and the list is left as it was');
  });
}
