import fc from 'fast-check';
import { readTensorData } from '#protocol/rest/json-data.js';
import { nearestFp32 } from '#protocol/rest/json-float.js';
import { PLAIN_JSON } from '#protocol/rest/json-form.js';
import { FP32_INFINITY_BITS } from '#protocol/rest/json-fp32.js';
import { JsonReader } from '#protocol/rest/json-reader.js';
import { viewOf } from '#tensor/view.js';
import { type FuzzTarget, utf8 } from '../target.js';

/** The quick way of reading FP32 beside the slow one, at the numbers and around the middles between them. */
export const fp32Read: FuzzTarget = {
  name: 'fp32-read',
  about:
    'Decimals at FP32 numbers, in the middles between two and a hair beside these: each read as the nearest',
  seeds: () => [new Uint8Array(Float32Array.of(0.1, 1e-7, 2 ** 90, 33554432, 1e-45).buffer)],
  words: [],
  cost: 20,
  made: fc.uint8Array({ minLength: 4, maxLength: 4096, size: 'max' }),
  run: (input) => {
    const bits = new Uint32Array(new Uint8Array(input).buffer, 0, Math.floor(input.length / 4));
    const texts = Array.from(bits).flatMap(textsAround);
    // Space behind the array, so that none of it stands at the end of the text, where numbers are read one by one.
    const reader = new JsonReader(utf8(`[${texts.join(',')}]${' '.repeat(64)}`));
    const head = { place: 'inputs[0]', name: 'x', datatype: 'FP32', shape: [texts.length] } as const;
    const found = viewOf(readTensorData(reader, head, PLAIN_JSON), 'FP32');
    texts.forEach((text, i) => {
      const nearest = nearestFp32(text);
      if (!Object.is(found[i], nearest)) throw new Error(`${text} is read as ${found[i]}, not ${nearest}`);
    });
    return 'read';
  },
};

/** Decimals at the number with these bits and between it and the next, as long as the bits say, within FP32. */
function textsAround(bits: number): string[] {
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= FP32_INFINITY_BITS - 1) return [];
  const [low = 0, high = 0] = new Float32Array(Uint32Array.of(magnitude, magnitude + 1).buffer);
  const middle = (low + high) / 2;
  const digits = 1 + (((bits ^ (bits >>> 11)) & 0xffff) % 24);
  const beside = digits % 2 === 0 ? middle * (1 + 2 ** -52) : middle * (1 - 2 ** -53);
  const sign = bits > magnitude ? '-' : '';
  const texts = [
    low.toPrecision(digits),
    String(low),
    String(middle),
    middle.toPrecision(digits),
    String(beside),
  ];
  return texts.filter((text) => Number.isFinite(nearestFp32(text))).map((text) => `${sign}${text}`);
}
