import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, clockTime, eachSecond, figure, milliseconds } from '../../web/plots/format.js';

const cases: readonly (readonly [told: string, expected: string])[] = [
  [figure(null), '–'],
  [figure(0), '0'],
  [figure(0.012345), '0.0123'],
  [figure(4.5678), '4.57'],
  [figure(99.96), '100'],
  [figure(812.4), '812'],
  [figure(12_340.2), '12,340'],
  [milliseconds(null), '–'],
  [milliseconds(0.42), '0.42 ms'],
  [milliseconds(999), '999 ms'],
  [milliseconds(2400), '2.4 s'],
  [eachSecond(178.4), '178/s'],
  [eachSecond(null), '–'],
  [bytes(null), '–'],
  [bytes(0), '0 B'],
  [bytes(1023), '1,023 B'],
  [bytes(1024), '1 KiB'],
  [bytes(39_107_504), '37.3 MiB'],
  [bytes(2 ** 52), '4,096 TiB'],
];
for (const [told, expected] of cases) {
  test(`${expected} is written so`, () => assert.equal(told, expected));
}

test('a time of the day has two digits for each part', () => {
  const atMs = new Date(2026, 0, 2, 3, 4, 5).getTime();
  assert.deepEqual([clockTime(atMs, true), clockTime(atMs, false)], ['03:04:05', '03:04']);
});
