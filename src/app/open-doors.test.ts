import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDoors } from './open-doors.js';

type Concerned = Parameters<typeof openDoors>[0];

const CLOSED = { policy: null, http: [], grpc: [] };

function settings(host: string, parts: Partial<Concerned> = {}): Concerned {
  const rest = { host, port: 0, maxBodyBytes: 1, bodyTimeoutMs: 1, corsOrigins: [] };
  return { access: CLOSED, rest, grpc: null, allowClientShm: false, allowModelUpload: false, ...parts };
}

test('a server that everybody reaches says what everybody may do, and how to end that', () => {
  assert.equal(
    openDoors(settings('0.0.0.0', { allowClientShm: true, allowModelUpload: true })),
    'whoever reaches 0.0.0.0 may run models, load and unload them, upload models, register shared memory, ' +
      'change the settings of log and trace and read metrics and the dashboard: ' +
      'ask for keys with --auth-config, or listen on --host 127.0.0.1',
  );
});

for (const host of ['0.0.0.0', '::', '192.168.1.5', 'serving.example']) {
  test(`${host} is reached from outside`, () => assert.match(openDoors(settings(host)) ?? '', /^whoever/));
}
for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
  test(`${host} is not`, () => assert.equal(openDoors(settings(host)), null));
}

test('where somebody is asked, nothing is said', () => {
  const policy = { keys: [], tokens: null, certificates: [], roles: {}, anonymous: [] };
  assert.equal(openDoors(settings('0.0.0.0', { access: { ...CLOSED, policy } })), null);
  const restriction = { categories: ['inference' as const], header: 'X', value: 'y' };
  assert.equal(openDoors(settings('0.0.0.0', { access: { ...CLOSED, http: [restriction] } })), null);
});
