import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientKeyOf, trustedOf } from './client-key.js';

const nobody = trustedOf([]);
const proxies = trustedOf(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

const rows: [address: string | null, forwarded: string | undefined, trust: typeof nobody, key: string][] = [
  ['203.0.113.9', undefined, nobody, '203.0.113.9'],
  ['::ffff:203.0.113.9', undefined, nobody, '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', undefined, nobody, '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::6', undefined, nobody, '2001:db8:1:2::/64'],
  ['2001:db8::1', undefined, nobody, '2001:db8:0:0::/64'],
  ['::1', undefined, nobody, '0:0:0:0::/64'],
  ['fe80::1%eth0', undefined, nobody, 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.33', undefined, nobody, '64:ff9b:0:0::/64'],
  [null, undefined, nobody, ''],
  // Nobody's word counts unless it is said whose.
  ['203.0.113.9', '198.51.100.1', nobody, '203.0.113.9'],
  ['203.0.113.9', '198.51.100.1', proxies, '203.0.113.9'],
  ['10.1.2.3', '198.51.100.1', proxies, '198.51.100.1'],
  ['::ffff:10.1.2.3', '198.51.100.1', proxies, '198.51.100.1'],
  ['fd00::9', '2001:db8:1:2:3::4', proxies, '2001:db8:1:2::/64'],
  // What stands before the last one that is not trusted was written by that one.
  ['10.1.2.3', '1.1.1.1, 198.51.100.1', proxies, '198.51.100.1'],
  ['10.1.2.3', '1.1.1.1, 198.51.100.1, 192.0.2.7', proxies, '198.51.100.1'],
  ['10.1.2.3', '198.51.100.1:4711', proxies, '198.51.100.1'],
  ['10.1.2.3', '[2001:db8:1:2::1]:4711', proxies, '2001:db8:1:2::/64'],
  ['10.1.2.3', '10.9.9.9', proxies, '10.9.9.9'],
  ['10.1.2.3', '', proxies, '10.1.2.3'],
  ['10.1.2.3', 'unknown', proxies, '10.1.2.3'],
  ['10.1.2.3', '198.51.100.1, _hidden', proxies, '10.1.2.3'],
];

for (const [address, forwarded, isTrusted, key] of rows) {
  test(`${address}${forwarded === undefined ? '' : ` for '${forwarded}'`} is ${key || 'nobody'}`, () => {
    assert.equal(clientKeyOf(address, forwarded, isTrusted), key);
  });
}
