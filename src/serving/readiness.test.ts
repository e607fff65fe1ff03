import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServerReady, readinessOf } from './readiness.js';

const rows: [wanted: string[], unwanted: string[], strict: boolean, loose: boolean][] = [
  [[], [], true, true],
  [[], ['UNAVAILABLE'], true, true],
  [['READY'], [], true, true],
  [['READY', 'LOADING'], [], false, true],
  [['READY', 'UNAVAILABLE'], [], false, true],
  [['LOADING'], ['READY'], false, false],
];

for (const [wanted, unwanted, strict, loose] of rows) {
  test(`wanted [${wanted}], not wanted [${unwanted}]: strictly ${strict}, loosely ${loose}`, () => {
    const index = [
      ...wanted.map((state) => ({ state, wanted: true })),
      ...unwanted.map((state) => ({ state, wanted: false })),
    ];
    assert.equal(isServerReady(index, true), strict);
    assert.equal(isServerReady(index, false), loose);
  });
}

test('readiness is decided again whenever the index is another one', () => {
  const ready = readinessOf(true);
  assert.equal(ready([{ state: 'READY', wanted: true }]), true);
  const loading = [{ state: 'LOADING', wanted: true }];
  assert.equal(ready(loading), false);
  assert.equal(ready(loading), false);
  assert.equal(ready([]), true);
});
