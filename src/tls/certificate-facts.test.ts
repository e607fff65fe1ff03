import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOf, subjectOf } from './certificate-facts.js';

const SUBJECTS: readonly [given: string | undefined, told: string][] = [
  ['C=KR\nO=House\\, Inc\nCN=client', 'CN=client,O=House\\, Inc,C=KR'],
  ['CN=client', 'CN=client'],
  ['', ''],
  [undefined, ''],
];
for (const [given, told] of SUBJECTS) {
  test(`the subject ${JSON.stringify(given)} is told as ${JSON.stringify(told)}`, () => {
    assert.equal(subjectOf(given), told);
  });
}

const NAMES: readonly [given: string | undefined, told: readonly string[]][] = [
  [
    'DNS:c.house, URI:spiffe://house/c, email:a@b.c, IP Address:10.0.0.1',
    ['c.house', 'spiffe://house/c', 'a@b.c', '10.0.0.1'],
  ],
  ['DNS:"a, DNS:admin", DNS:b', ['a, DNS:admin', 'b']],
  ['DNS:"say \\"yes\\"", DNS:b', ['say "yes"', 'b']],
  ['DirName:"CN=admin", DNS:b', ['b']],
  ['othername:1.2.3::x, DNS:b', ['b']],
  ['IP Address:0:0:0:0:0:0:0:1', ['0:0:0:0:0:0:0:1']],
  ['', []],
  [undefined, []],
];
for (const [given, told] of NAMES) {
  test(`the names ${given} are told as ${told.join(' and ') || 'none'}`, () => {
    assert.deepEqual(namesOf(given), told);
  });
}
