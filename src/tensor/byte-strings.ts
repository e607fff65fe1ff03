import { invalid } from '#core/errors.js';
import type { Tensor } from './tensor.js';

/** The bytes of the length (uint32, little-endian) before each element of a BYTES tensor. */
export const LENGTH_BYTES = 4;

/** The bytes of a BYTES tensor with these elements. */
export function encodeByteStrings(elements: readonly Uint8Array[]): Uint8Array {
  const data = new Uint8Array(elements.reduce((sum, element) => sum + LENGTH_BYTES + element.length, 0));
  const view = new DataView(data.buffer);
  let at = 0;
  for (const element of elements) {
    view.setUint32(at, element.length, true);
    data.set(element, at + LENGTH_BYTES);
    at += LENGTH_BYTES + element.length;
  }
  return data;
}

/** UTF-8 takes no more bytes for a unit of UTF-16. */
const BYTES_PER_UNIT = 3;

/** The bytes of a BYTES tensor whose elements are these texts in UTF-8. */
export function encodeTexts(texts: readonly string[]): Uint8Array {
  const data = new Uint8Array(
    texts.reduce((sum, text) => sum + LENGTH_BYTES + text.length * BYTES_PER_UNIT, 0),
  );
  const view = new DataView(data.buffer);
  const encoder = new TextEncoder();
  let at = 0;
  for (const text of texts) {
    const { written } = encoder.encodeInto(text, data.subarray(at + LENGTH_BYTES));
    view.setUint32(at, written, true);
    at += LENGTH_BYTES + written;
  }
  return data.slice(0, at);
}

/**
 * The elements of a BYTES tensor, as views of its bytes. There must be exactly `count`, and nothing after them.
 *
 * @param subject what a complaint is about, for instance `input 'x'`
 */
export function decodeByteStrings(data: Uint8Array, count: number, subject: string): readonly Uint8Array[] {
  const elements: Uint8Array[] = [];
  walkByteStrings(data, count, subject, (from, to) => elements.push(data.subarray(from, to)));
  return elements;
}

/** Throws INVALID_ARGUMENT where `decodeByteStrings` would, and makes nothing: a few bytes can claim many elements. */
export function checkByteStrings(data: Uint8Array, count: number, subject: string): void {
  walkByteStrings(data, count, subject, () => {});
}

/**
 * Where each element of a BYTES tensor starts, its length before it, and behind them where the last one ends: `count` + 1
 * offsets into its data. Element i itself is [offsets[i] + LENGTH_BYTES, offsets[i + 1]). Throws INVALID_ARGUMENT unless
 * the data is exactly `count` elements.
 */
export function elementOffsets({ data, name }: Tensor, count: number): readonly number[] {
  const offsets = [0];
  walkByteStrings(data, count, `tensor '${name}'`, (_, to) => offsets.push(to));
  return offsets;
}

function walkByteStrings(
  data: Uint8Array,
  count: number,
  subject: string,
  visit: (from: number, to: number) => void,
): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  let found = 0;
  while (at < data.length && found < count) {
    const left = data.length - at - LENGTH_BYTES;
    if (left < 0) throw cutShort(subject, found, `needs ${LENGTH_BYTES} bytes for its length`, -left);
    const length = view.getUint32(at, true);
    if (length > left) throw cutShort(subject, found, `is ${length} bytes long`, length - left);
    at += LENGTH_BYTES + length;
    visit(at - length, at);
    found++;
  }
  if (found < count) {
    throw invalid(`${subject} needs ${count} BYTES elements, but its data ends after ${found}`);
  }
  if (at < data.length) {
    throw invalid(
      `${subject} needs ${count} BYTES elements, but its data has ${bytesOf(data.length - at)} more`,
    );
  }
}

function cutShort(subject: string, index: number, claim: string, lacking: number): Error {
  return invalid(
    `element ${index} of ${subject} ${claim}, but the data ends ${bytesOf(lacking)} before that`,
  );
}

function bytesOf(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
