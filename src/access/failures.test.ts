import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delayMsOf, Failures, isTold } from './failures.js';
import { networkOf } from './network-of.js';

test('the first failures cost nothing, each further one twice as much, up to a bound', () => {
  assert.deepEqual([1, 3, 4, 5, 6, 9, 10, 1000].map(delayMsOf), [0, 0, 100, 200, 400, 3200, 5000, 5000]);
});

test('failures are counted for each network, and forgotten after ten minutes without one', () => {
  const failures = new Failures();
  assert.equal(failures.add('10.0.0.1', 0), 1);
  assert.equal(failures.add('10.0.0.1', 1000), 2);
  assert.equal(failures.add('10.0.0.2', 1000), 1);
  assert.equal(failures.add('10.0.0.1', 601_000), 3);
  assert.equal(failures.add('10.0.0.1', 1_201_001), 1);
});

test('so many networks are remembered, and the one that failed last is not forgotten', () => {
  const failures = new Failures();
  failures.add('kept', 0);
  for (let i = 0; i < 9_999; i++) failures.add(`n${i}`, 1);
  failures.add('kept', 2);
  for (let i = 0; i < 5_000; i++) failures.add(`m${i}`, 3);
  assert.equal(failures.size, 10_000);
  assert.equal(failures.add('kept', 4), 3);
  assert.equal(failures.add('n0', 4), 1);
});

test('the first ten are told, and then ever fewer', () => {
  const told = Array.from({ length: 100 }, (_, i) => i + 1).filter(isTold);
  assert.deepEqual(told, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 64]);
});

const NETWORKS: readonly (readonly [address: string, network: string])[] = [
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
];
for (const [address, network] of NETWORKS) {
  test(`'${address}' is of ${network}`, () => assert.equal(networkOf(address), network));
}
