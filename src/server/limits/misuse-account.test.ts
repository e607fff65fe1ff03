import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charge, FORGIVEN_AFTER_MS, type MisuseAccount, newAccount } from './misuse-account.js';

const TERMS = { most: 10, perSecond: 2 };

/** Charges at times; answers the account and for how long new connections are refused after the last. */
function after(...charges: [atMs: number, price: number][]): MisuseAccount & { refusedMs: number } {
  let account = newAccount(0);
  let last = 0;
  for (const [atMs, price] of charges) {
    account = charge(account, price, TERMS, atMs);
    last = atMs;
  }
  return { ...account, refusedMs: Math.max(0, account.refusedUntilMs - last) };
}

const rows: [title: string, charges: [number, number][], debt: number, refusedMs: number][] = [
  ['nobody is refused for what is allowed', [[0, 10]], 10, 0],
  ['who goes beyond is refused for a second', [[0, 11]], 10, 1000],
  [
    'time forgives',
    [
      [0, 10],
      [5000, 10],
    ],
    10,
    0,
  ],
  [
    'but no more than there is',
    [
      [0, 4],
      [60_000, 11],
    ],
    10,
    1000,
  ],
  [
    'what is answered gives back',
    [
      [0, 10],
      [0, -3],
      [0, 3],
    ],
    10,
    0,
  ],
  [
    'and cannot be saved up',
    [
      [0, -100],
      [0, 11],
    ],
    10,
    1000,
  ],
  [
    'what goes on while it is refused makes that no longer',
    [
      [0, 11],
      [400, 50],
    ],
    10,
    600,
  ],
  [
    'the second time is twice as long',
    [
      [0, 11],
      [1000, 11],
    ],
    10,
    2000,
  ],
  [
    'the third again',
    [
      [0, 11],
      [1000, 11],
      [3000, 11],
    ],
    10,
    4000,
  ],
  [
    'after a long quiet it begins anew',
    [
      [0, 11],
      [1000 + FORGIVEN_AFTER_MS + 1, 11],
    ],
    10,
    1000,
  ],
  [
    'a clock that goes back forgives nothing',
    [
      [1000, 10],
      [0, 0],
    ],
    10,
    0,
  ],
];

for (const [title, charges, debt, refusedMs] of rows)
  test(title, () => {
    const account = after(...charges);
    assert.deepEqual([account.debt, account.refusedMs], [debt, refusedMs]);
  });

test('nobody is refused for more than a minute', () => {
  let account = newAccount(0);
  let now = 0;
  for (let i = 0; i < 20; i++) {
    account = charge(account, 100, TERMS, now);
    assert.ok(account.refusedUntilMs - now <= 60_000);
    now = account.refusedUntilMs;
  }
  assert.equal(account.offences, 20);
});
