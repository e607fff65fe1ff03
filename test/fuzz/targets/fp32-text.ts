import fc from 'fast-check';
import { FP32_INFINITY_BITS, FP32_ROOM, putFp32 } from '#protocol/rest/json-fp32.js';
import { shortestByTrying } from '#protocol/rest/json-shortest.js';
import { type FuzzTarget, textOf } from '../target.js';

const text = new Uint8Array(FP32_ROOM);
const view = new DataView(text.buffer);

/** The quick way of writing FP32 beside the slow one, which tries one digit, two and so on. */
export const fp32Text: FuzzTarget = {
  name: 'fp32-text',
  about: 'FP32 numbers as JSON: each with the digits that trying one, two and so on finds',
  seeds: () => [new Uint8Array(Float32Array.of(0.1, 1e-7, 2 ** 90, 33554432, 1e-45).buffer)],
  words: [],
  cost: 20,
  made: fc.uint8Array({ minLength: 4, maxLength: 4096, size: 'max' }),
  run: (input) => {
    const bits = new Int32Array(new Uint8Array(input).buffer, 0, Math.floor(input.length / 4));
    const values = new Float32Array(bits.buffer, 0, bits.length);
    bits.forEach((each, i) => {
      const magnitude = each & 0x7fffffff;
      if (magnitude === 0 || magnitude >= FP32_INFINITY_BITS) return;
      const sign = each < 0 ? '-' : '';
      const tried = `${sign}${shortestByTrying(Math.abs(values[i] as number))}`;
      const found = textOf(text.subarray(0, putFp32(text, view, 0, each)));
      if (found !== tried)
        throw new Error(`0x${(each >>> 0).toString(16)} is written ${found}, but ${tried} was found`);
    });
    return 'written';
  },
};
