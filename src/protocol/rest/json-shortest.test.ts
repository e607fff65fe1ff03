import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { nearestFp32 } from './json-float.js';
import { FP32_ROOM, putFp32 } from './json-fp32.js';
import { exponentOfDigits, shortestByTrying, shortestDigits, UNDECIDED } from './json-shortest.js';

const FIRST_INFINITE_BITS = 0x7f800000;

/** The bits of FP32 numbers that lie evenly from the smallest to the largest, and those where something changes. */
function sample(): number[] {
  const bits: number[] = [];
  for (let at = 1; at < FIRST_INFINITE_BITS; at += 20_011) bits.push(at);
  for (let power = 1; power < 255; power++) {
    for (let beside = -3; beside <= 3; beside++) bits.push(power * 2 ** 23 + beside);
  }
  for (let at = 1; at <= 500; at++) bits.push(at);
  return bits.filter((at) => at > 0 && at < FIRST_INFINITE_BITS);
}

function numberOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] as number;
}

const room = new Uint8Array(FP32_ROOM);
const view = new DataView(room.buffer);

function written(bits: number): string {
  return Buffer.from(room.subarray(0, putFp32(room, view, 0, bits | 0))).toString('latin1');
}

/** The digits of a decimal, with no zeros around them, and the power of ten of the last. */
function partsOf(text: string): [digits: bigint, power: number] {
  const [mantissa = '', power = '0'] = text.split('e');
  const [whole = '', decimals = ''] = mantissa.split('.');
  const digits = `${whole}${decimals}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return [BigInt(kept), Number(power) - decimals.length + digits.length - kept.length];
}

test('over 100,000 numbers are written as trying one digit, two and so on finds them', () => {
  for (const bits of sample()) {
    const [found, tried] = [written(bits), shortestByTrying(numberOf(bits))];
    if (found !== tried) assert.fail(`0x${bits.toString(16)} is written ${found}, but ${tried} was found`);
  }
});

test('every decimal reads back as its number, and no decimal with fewer digits would', () => {
  for (const bits of sample()) {
    const value = numberOf(bits);
    const text = written(bits);
    if (nearestFp32(text) !== value) assert.fail(`${text} is not ${value}`);
    const length = String(partsOf(text)[0]).length;
    if (length === 1) continue;
    // The decimals of one digit less that are next to the number; of those with fewer, one of these is the nearest too.
    const [nearest, power] = partsOf(value.toExponential(length - 2));
    const least = 10n ** BigInt(length - 2);
    let scaled = nearest;
    let last = power;
    while (scaled < least) {
      scaled *= 10n;
      last--;
    }
    for (const digits of [scaled - 1n, scaled, scaled + 1n]) {
      const shorter = `${digits}e${last}`;
      if (nearestFp32(shorter) === value) assert.fail(`${shorter} is shorter for ${value}`);
    }
  }
});

test('doubles decide nearly always, and for the powers of two from 2^-10 to 2^24', () => {
  const isOpen = (at: number): boolean => shortestDigits(at) === UNDECIDED;
  const ordinary = sample().filter((at) => (at & 0x7fffff) !== 0 && numberOf(at) < 2 ** 27);
  assert.ok(ordinary.length > 60_000);
  assert.ok(ordinary.filter(isOpen).length < 5);
  for (let power = -10; power <= 24; power++) {
    const at = (power + 127) * 2 ** 23;
    assert.equal(Number(`${shortestDigits(at)}e${exponentOfDigits(at)}`), 2 ** power, `2^${power}`);
  }
});

const exceptions: [value: number, text: string][] = [
  [2 ** -96, '1.2621775e-29'],
  [2 ** 87, '1.5474251e+26'],
  [2 ** 90, '1.2379401e+27'],
];

for (const [value, text] of exceptions) {
  test(`${text}, the second nearest of its length, is the shortest for a power of two`, () => {
    assert.equal(shortestByTrying(value), text);
  });
}
