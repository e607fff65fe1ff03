import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOfCertificate, identityOfKey, identityUnder } from './identity.js';
import type { Policy } from './policy.js';

const KEY = { name: 'ci', sha256: 'a'.repeat(64), roles: ['run'], expiresAtMs: null };
const EMPTY: Policy = { keys: [], tokens: null, certificates: [], roles: {}, anonymous: [] };
const CERTIFICATES = [
  { name: '*.clients.example', roles: ['run'] },
  { name: 'gateway.clients.example', roles: ['run', 'manage'] },
];

test('a certificate is called by the name that is known, and has the roles of all rules that know it', () => {
  const found = identityOfCertificate(CERTIFICATES, ['CN=unknown', 'gateway.clients.example']);
  assert.equal(found?.name, 'gateway.clients.example');
  assert.deepEqual(found.roles, ['run', 'manage']);
  assert.equal(identityOfCertificate(CERTIFICATES, ['clients.example']), null);
  assert.equal(identityOfCertificate([], ['gateway.clients.example']), null);
});

test('a key is what the rules of now say of it, and nobody once they do not have it', () => {
  const known = identityOfKey(KEY);
  assert.deepEqual(identityUnder({ ...EMPTY, keys: [{ ...KEY, roles: [] }] }, known)?.roles, []);
  assert.equal(identityUnder({ ...EMPTY, keys: [{ ...KEY, sha256: 'b'.repeat(64) }] }, known), null);
});

test('a certificate and a token go with the rules that knew them', () => {
  const certificate = identityOfCertificate(CERTIFICATES, ['a.clients.example']);
  assert.ok(certificate);
  assert.equal(
    identityUnder({ ...EMPTY, certificates: CERTIFICATES }, certificate)?.name,
    'a.clients.example',
  );
  assert.equal(identityUnder(EMPTY, certificate), null);
  const source = { kind: 'token' as const, issuer: 'i', audience: 'a' };
  assert.equal(identityUnder(EMPTY, { name: 't', roles: [], expiresAtMs: null, source }), null);
});
