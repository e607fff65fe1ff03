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
      ...wanted.map((state, i) => ({ name: `m${i}`, state, wanted: true })),
      ...unwanted.map((state, i) => ({ name: `other${i}`, state, wanted: false })),
    ];
    assert.equal(isServerReady(index, true), strict);
    assert.equal(isServerReady(index, false), loose);
  });
}

const standIns: [states: [name: string, state: string, wanted: boolean][], strict: boolean][] = [
  [
    [
      ['m', 'LOADING', true],
      ['m', 'READY', false],
    ],
    true,
  ],
  [
    [
      ['m', 'UNAVAILABLE', true],
      ['m', 'READY', false],
    ],
    true,
  ],
  [
    [
      ['m', 'LOADING', true],
      ['m', 'UNLOADING', false],
    ],
    false,
  ],
  [
    [
      ['m', 'LOADING', true],
      ['other', 'READY', false],
    ],
    false,
  ],
];
for (const [states, strict] of standIns) {
  test(`with ${JSON.stringify(states)} the server is ${strict ? 'ready' : 'not ready'}`, () => {
    const index = states.map(([name, state, wanted]) => ({ name, state, wanted }));
    assert.equal(isServerReady(index, true), strict);
  });
}

test('readiness is decided again whenever the index is another one', () => {
  const ready = readinessOf(true);
  assert.equal(ready([{ name: 'm', state: 'READY', wanted: true }]), true);
  const loading = [{ name: 'm', state: 'LOADING', wanted: true }];
  assert.equal(ready(loading), false);
  assert.equal(ready(loading), false);
  assert.equal(ready([]), true);
});
