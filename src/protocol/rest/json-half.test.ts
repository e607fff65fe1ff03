import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HALF_FORMATS, type HalfType, halfValueOf } from '#tensor/half.js';
import { halfBitsOf, shortestHalf } from './json-half.js';

const known: [type: HalfType, text: string, bits: number][] = [
  ['FP16', '0', 0],
  ['FP16', '-0', 0x8000],
  ['FP16', '-0.0', 0x8000],
  ['FP16', '1', 0x3c00],
  ['FP16', '-2', 0xc000],
  ['FP16', '0.1', 0x2e66],
  ['FP16', '65504', 0x7bff],
  ['FP16', '65519.99', 0x7bff],
  ['FP16', '65520', 0x7c00],
  ['FP16', '1e400', 0x7c00],
  ['FP16', '6.103515625e-05', 0x0400],
  ['FP16', '6.097555160522461e-05', 0x03ff],
  ['FP16', '5.960464477539063e-08', 0x0001],
  // Half of the smallest number is a tie, and goes to the even 0; a hair more does not.
  ['FP16', '2.98023223876953125e-8', 0],
  ['FP16', '2.98023223876953125000000000000000000000000001e-8', 1],
  ['FP16', '1e-400', 0],
  // 1 + 2^-11 lies halfway between 1 and the next number.
  ['FP16', '1.00048828125', 0x3c00],
  ['FP16', '1.000488281250000000000000000000000001', 0x3c01],
  ['FP16', '1.00146484375', 0x3c02],
  ['FP16', '1.001464843749999999999999999999999999', 0x3c01],
  ['BF16', '1', 0x3f80],
  ['BF16', '-0.1', 0xbdcd],
  ['BF16', '3.3895313892515355e38', 0x7f7f],
  ['BF16', '3.4e38', 0x7f80],
  ['BF16', '1e-40', 0x0001],
  ['BF16', '9.183549615799121e-41', 0x0001],
  // 1 + 2^-8 lies halfway.
  ['BF16', '1.00390625', 0x3f80],
  ['BF16', '1.0039062500000000000000000000001', 0x3f81],
];

for (const [type, text, bits] of known) {
  test(`${text} as ${type} is 0x${bits.toString(16)}`, () => {
    assert.equal(halfBitsOf(text, HALF_FORMATS[type]), bits);
  });
}

const shortest: [type: HalfType, bits: number, text: string][] = [
  ['FP16', 0x3555, '0.3333'],
  ['FP16', 0x3c01, '1.001'],
  ['FP16', 0x2e66, '0.1'],
  ['FP16', 0x7bff, '65504'],
  ['FP16', 0x0001, '6e-8'],
  ['BF16', 0x3eab, '0.334'],
  ['BF16', 0x4f00, '2150000000'],
  ['BF16', 0x7f7f, '3.39e+38'],
];

for (const [type, bits, text] of shortest) {
  test(`0x${bits.toString(16)} as ${type} is written as ${text}`, () => {
    assert.equal(shortestHalf(bits, type), text);
  });
}

for (const type of ['FP16', 'BF16'] as const) {
  const format = HALF_FORMATS[type];

  test(`every finite ${type} is written in a few digits and read back as itself`, () => {
    for (let bits = 0; bits < format.infinity; bits++) {
      const text = shortestHalf(bits, type);
      assert.equal(halfBitsOf(text, format), bits, text);
      assert.equal(halfBitsOf(`-${text}`, format), bits | 0x8000);
      assert.equal(halfBitsOf(String(halfValueOf(bits, format)), format), bits);
    }
  });

  test(`what lies between two ${type} numbers goes to the nearer, and from the middle to the even one`, () => {
    for (let bits = 0; bits + 1 < format.infinity; bits += 7) {
      const [low, high] = [halfValueOf(bits, format), halfValueOf(bits + 1, format)];
      const middle = (low + high) / 2;
      // All of its digits: the shortest that read as this double are a little more or less.
      const exactly = middle.toPrecision(100);
      assert.equal(halfBitsOf(exactly, format), bits % 2 === 0 ? bits : bits + 1, exactly);
      assert.equal(halfBitsOf(String(middle * (1 - 2 ** -50)), format), bits);
      assert.equal(halfBitsOf(String(middle * (1 + 2 ** -50)), format), bits + 1);
    }
  });
}
