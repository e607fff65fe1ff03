import { Buffer } from 'node:buffer';
import type { TracedTensor } from '#inference/trace.js';
import { decodeByteStrings } from '#tensor/byte-strings.js';
import { viewOf } from '#tensor/view.js';

/**
 * The elements with commas between them, as Triton's tools read them: numbers (BOOL as 0 and 1), byte strings as JSON
 * strings, in which bytes that are not UTF-8 are replaced.
 */
export function tensorText({ name, datatype, shape }: TracedTensor, data: Uint8Array): string {
  switch (datatype) {
    case 'BYTES': {
      const count = shape.reduce((product, axis) => product * axis, 1);
      const elements = decodeByteStrings(data, count, `tensor '${name}'`);
      return elements.map((element) => JSON.stringify(Buffer.from(element).toString())).join(',');
    }
    case 'FP16':
      return Array.from(viewOf(data, datatype), halfOf).join(',');
    case 'BF16':
      return Array.from(viewOf(data, datatype), brainFloatOf).join(',');
    default:
      return viewOf(data, datatype).join(',');
  }
}

/** Source of the rule: IEEE 754 binary16. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a 32-bit float. */
function brainFloatOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}
