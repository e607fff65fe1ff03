import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HALF_FORMATS, type HalfType, halfValueOf, nearestHalf, SIGN } from './half.js';

for (const type of ['FP16', 'BF16'] as const) {
  test(`every ${type} is the nearest to itself, and to what lies just beside it`, () => {
    const format = HALF_FORMATS[type];
    for (let bits = 0; bits < format.infinity; bits++) {
      const value = halfValueOf(bits, format);
      assert.equal(nearestHalf(value, format), bits);
      assert.equal(nearestHalf(-value, format), SIGN | bits);
      if (bits + 1 === format.infinity) continue;
      const next = halfValueOf(bits + 1, format);
      assert.equal(nearestHalf(value + (next - value) / 4, format), bits);
      assert.equal(nearestHalf((value + next) / 2, format), bits % 2 === 0 ? bits : bits + 1);
    }
  });
}

const ends: [type: HalfType, value: number, bits: number][] = [
  ['FP16', 65504, 0x7bff],
  ['FP16', 65519.99, 0x7bff],
  ['FP16', 65520, 0x7c00],
  ['FP16', -1e9, 0xfc00],
  ['FP16', Infinity, 0x7c00],
  ['FP16', Number.NaN, 0x7e00],
  ['FP16', -0, 0x8000],
  ['BF16', -Infinity, 0xff80],
  ['BF16', 1e39, 0x7f80],
  ['BF16', Number.NaN, 0x7fc0],
];

for (const [type, value, bits] of ends) {
  test(`the ${type} nearest to ${value} is 0x${bits.toString(16)}`, () => {
    assert.equal(nearestHalf(value, HALF_FORMATS[type]), bits);
  });
}
