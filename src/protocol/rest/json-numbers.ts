import { viewOf } from '#tensor/view.js';
import { putAscii, putInteger } from './json-digits.js';
import { FP32_INFINITY_BITS, FP32_ROOM, putFp32 } from './json-fp32.js';
import type { JsonWriter } from './json-writer.js';

const COMMA = 0x2c;

/** So many elements at a time: room is made for the longest there could be, but only for these. */
const CHUNK = 512;

/** `-9223372036854775808` and a comma; also longer than any double (`-1.7976931348623157e+308`). */
const LONGEST = 25;

/**
 * Writes elements with commas between them.
 *
 * @param room for one of them and a comma, in bytes
 * @param put writes those from the first index to before the second, each after a comma unless it is at index 0. The loop
 * is its own, so that V8 has one for each datatype and nothing to look up for each element.
 */
function inChunks(
  writer: JsonWriter,
  count: number,
  room: number,
  put: (from: number, to: number) => void,
): void {
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(from + CHUNK, count);
    writer.reserve((to - from) * room);
    put(from, to);
  }
}

/** Writes FP32 with the fewest digits. */
export function writeFp32s(writer: JsonWriter, data: Uint8Array, nanTokens: boolean): void {
  const values = viewOf(data, 'INT32');
  inChunks(writer, values.length, FP32_ROOM + 1, (from, to) => {
    const { bytes, view } = writer;
    let { at } = writer;
    for (let i = from; i < to; i++) {
      const bits = values[i] as number;
      if (i > 0) bytes[at++] = COMMA;
      if ((bits & 0x7fffffff) < FP32_INFINITY_BITS) at = putFp32(bytes, view, at, bits);
      else at = putAscii(bytes, at, nonFinite(fp32Of(bits), nanTokens));
    }
    writer.at = at;
  });
}

/** The infinity or NaN with these bits. */
function fp32Of(bits: number): number {
  if ((bits & 0x7fffffff) > FP32_INFINITY_BITS) return Number.NaN;
  return bits < 0 ? -Infinity : Infinity;
}

/** Writes FP64 as V8 does: with the fewest digits. */
export function writeFp64s(writer: JsonWriter, data: Uint8Array, nanTokens: boolean): void {
  const values = viewOf(data, 'FP64');
  inChunks(writer, values.length, LONGEST, (from, to) => {
    const { bytes } = writer;
    let { at } = writer;
    for (let i = from; i < to; i++) {
      if (i > 0) bytes[at++] = COMMA;
      at = putAscii(bytes, at, fp64Text(values[i] as number, nanTokens));
    }
    writer.at = at;
  });
}

function fp64Text(value: number, nanTokens: boolean): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return Number.isFinite(value) ? String(value) : nonFinite(value, nanTokens);
}

/** What stands for a number that JSON has no words for. */
export function nonFinite(value: number, nanTokens: boolean): string {
  return nanTokens ? String(value) : 'null';
}

/** Writes integers of up to 32 bits. */
export function writeIntegers(writer: JsonWriter, values: ArrayLike<number>): void {
  inChunks(writer, values.length, LONGEST, (from, to) => {
    const { bytes, view } = writer;
    let { at } = writer;
    for (let i = from; i < to; i++) {
      if (i > 0) bytes[at++] = COMMA;
      at = putInteger(bytes, view, at, values[i] as number);
    }
    writer.at = at;
  });
}

/** Writes integers of 64 bits. Those that a double holds exactly need no BigInt. */
export function writeLongIntegers(writer: JsonWriter, values: BigInt64Array | BigUint64Array): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const isSigned = values instanceof BigInt64Array;
  inChunks(writer, values.length, LONGEST, (from, to) => {
    const { bytes, view } = writer;
    let { at } = writer;
    for (let i = from; i < to; i++) {
      const upper = words[2 * i + 1] as number;
      const value = (isSigned ? upper | 0 : upper) * 2 ** 32 + (words[2 * i] as number);
      if (i > 0) bytes[at++] = COMMA;
      if (Number.isSafeInteger(value)) at = putInteger(bytes, view, at, value);
      else at = putAscii(bytes, at, String(values[i]));
    }
    writer.at = at;
  });
}

/** Writes BOOL as `true` and `false`. */
export function writeBooleans(writer: JsonWriter, values: Uint8Array): void {
  inChunks(writer, values.length, LONGEST, (from, to) => {
    const { bytes } = writer;
    let { at } = writer;
    for (let i = from; i < to; i++) {
      if (i > 0) bytes[at++] = COMMA;
      at = putAscii(bytes, at, values[i] === 0 ? 'false' : 'true');
    }
    writer.at = at;
  });
}

/** Writes elements of 16 bits by the text of each. */
export function writeByText(writer: JsonWriter, values: Uint16Array, textOf: (bits: number) => string): void {
  inChunks(writer, values.length, LONGEST, (from, to) => {
    const { bytes } = writer;
    let { at } = writer;
    for (let i = from; i < to; i++) {
      if (i > 0) bytes[at++] = COMMA;
      at = putAscii(bytes, at, textOf(values[i] as number));
    }
    writer.at = at;
  });
}
