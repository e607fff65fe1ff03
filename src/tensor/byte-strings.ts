import { invalid } from '#core/errors.js';

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
