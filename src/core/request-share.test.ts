import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RequestShare, requestShareOf, requestShareText } from './request-share.js';

const good: [text: string, share: RequestShare, told: string][] = [
  ['off', 'off', 'off'],
  ['OFF', 'off', 'off'],
  ['errors', 0, 'errors'],
  ['all', 1, 'all'],
  ['1', 1, 'all'],
  ['1.0', 1, 'all'],
  ['0.01', 0.01, '0.01'],
  ['.5', 0.5, '0.5'],
  ['1e-3', 0.001, '0.001'],
];

for (const [text, share, told] of good) {
  test(`${text} is ${share}, told as ${told}`, () => {
    assert.equal(requestShareOf(text), share);
    assert.equal(requestShareText(share), told);
    assert.equal(requestShareOf(told), share);
  });
}

for (const text of ['', '0', '0.0', '1.01', '-0.5', 'none', '1/100', '10%', 'NaN', 'Infinity', '0x1', ' 1']) {
  test(`${JSON.stringify(text)} is no share`, () => assert.equal(requestShareOf(text), undefined));
}
