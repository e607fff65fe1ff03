import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentialOf } from './credential.js';

const TOKEN = 'eyJh.eyJz.c2ln';
type Shown = ReturnType<typeof credentialOf>;

const ROWS: readonly (readonly [headers: Record<string, string>, takesTokens: boolean, shown: Shown])[] = [
  [{}, true, null],
  [{ authorization: '' }, true, null],
  [{ 'x-api-key': ' ' }, true, null],
  [{ authorization: 'Bearer fsk_a' }, true, { kind: 'key', secret: 'fsk_a' }],
  [{ authorization: 'bearer   fsk_a ' }, true, { kind: 'key', secret: 'fsk_a' }],
  [{ authorization: `Bearer ${TOKEN}` }, true, { kind: 'token', token: TOKEN }],
  [{ authorization: `Bearer ${TOKEN}` }, false, { kind: 'key', secret: TOKEN }],
  // What is signed with nothing is a token, too, and refused as one.
  [{ authorization: 'Bearer a.b.' }, true, { kind: 'token', token: 'a.b.' }],
  [{ authorization: 'Basic YTpi' }, true, 'foreign'],
  [{ authorization: 'Bearer' }, true, 'foreign'],
  [{ authorization: 'Bearer a b' }, true, 'foreign'],
  [{ 'x-api-key': 'fsk_a' }, true, { kind: 'key', secret: 'fsk_a' }],
  [{ 'x-api-key': TOKEN }, true, { kind: 'key', secret: TOKEN }],
  [{ authorization: 'Bearer one', 'x-api-key': 'two' }, true, { kind: 'key', secret: 'one' }],
];

for (const [headers, takesTokens, shown] of ROWS) {
  test(`${JSON.stringify(headers)} with${takesTokens ? '' : 'out'} tokens`, () => {
    assert.deepEqual(
      credentialOf((name) => headers[name], takesTokens),
      shown,
    );
  });
}
