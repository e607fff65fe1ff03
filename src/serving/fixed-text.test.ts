import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedText } from './fixed-text.js';

/** What glibc's printf("%f") writes. */
const printed: [value: number, text: string][] = [
  [0, '0.000000'],
  [-0, '-0.000000'],
  [1, '1.000000'],
  [-2.5, '-2.500000'],
  [0.1, '0.100000'],
  [Math.fround(0.826453), '0.826453'],
  [1 / 3, '0.333333'],
  [2 / 3, '0.666667'],
  [9.9999995, '9.999999'],
  [9.9999996, '10.000000'],
  [1e-9, '0.000000'],
  [-1e-9, '-0.000000'],
  // Exactly between two texts: the even one.
  [1 / 128, '0.007812'],
  [3 / 128, '0.023438'],
  [5 / 128, '0.039062'],
  [-1 / 128, '-0.007812'],
  [1000 + 1 / 128, '1000.007812'],
  [127 / 128, '0.992188'],
  [2 ** 40 + 1 / 128, '1099511627776.007812'],
  // As the same digits look, but a little off the middle.
  [0.0000005, '0.000000'],
  [0.0000015, '0.000002'],
  [123456789.125, '123456789.125000'],
  [1e20, '100000000000000000000.000000'],
  [1e21, '1000000000000000000000.000000'],
  [3.4028234663852886e38, '340282346638528859811704183484516925440.000000'],
  [-1e22, '-10000000000000000000000.000000'],
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
  [Number.NaN, 'nan'],
];

for (const [value, text] of printed) {
  test(`${Object.is(value, -0) ? '-0' : value} is ${text}`, () => assert.equal(fixedText(value), text));
}

test('the largest double has all of its 309 digits', () => {
  assert.equal(fixedText(Number.MAX_VALUE), `${BigInt(Number.MAX_VALUE)}.000000`);
  assert.equal(fixedText(Number.MAX_VALUE).length, 309 + 7);
});
