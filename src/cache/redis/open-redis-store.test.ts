import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverNameOf } from './open-redis-store.js';

const hosts: [host: string, name: object][] = [
  ['cache.internal', { servername: 'cache.internal' }],
  ['localhost', { servername: 'localhost' }],
  ['10.0.0.7', {}],
  ['::1', {}],
];

for (const [host, name] of hosts) {
  test(`TLS to ${host} calls it ${JSON.stringify(name)}`, () => assert.deepEqual(serverNameOf(host), name));
}
