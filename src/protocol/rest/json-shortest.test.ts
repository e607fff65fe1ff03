import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestFp32 } from './json-float.js';
import { shortestFp32 } from './json-shortest.js';

const FIRST_INFINITE_BITS = 0x7f800000;

/** FP32 numbers whose bits lie evenly from the smallest to the largest, and all powers of two with their neighbours. */
function sample(): Float32Array {
  const bits: number[] = [];
  for (let at = 1; at < FIRST_INFINITE_BITS; at += 100_003) bits.push(at);
  for (let power = 1; power < 255; power++)
    bits.push(power * 2 ** 23 - 1, power * 2 ** 23, power * 2 ** 23 + 1);
  for (let at = 1; at <= 500; at++) bits.push(at);
  return new Float32Array(Uint32Array.from(bits).buffer);
}

test('every decimal reads back as its number', () => {
  for (const value of sample()) {
    const { digits, exponent } = shortestFp32(value);
    if (nearestFp32(`${digits}e${exponent}`) !== value) assert.fail(`${digits}e${exponent} is not ${value}`);
  }
});

test('no decimal with fewer digits would', () => {
  for (const value of sample()) {
    const length = String(shortestFp32(value).digits).length;
    if (length === 1) continue;
    // The decimals of one digit less that are next to the number; of those with fewer, one of these is the nearest too.
    const [mantissa = '', power = ''] = value.toExponential(length - 2).split('e');
    const nearest = BigInt(mantissa.replace('.', ''));
    for (const digits of [nearest - 1n, nearest, nearest + 1n]) {
      const text = `${digits}e${Number(power) + 2 - length}`;
      if (nearestFp32(text) === value) assert.fail(`${text} is shorter for ${value}`);
    }
  }
});
