import { Buffer } from 'node:buffer';
import type { TracedTensor } from '#inference/trace.js';
import { decodeByteStrings } from '#tensor/byte-strings.js';
import { HALF_FORMATS, halfValueOf } from '#tensor/half.js';
import { elementCount } from '#tensor/shape.js';
import { viewOf } from '#tensor/view.js';

/**
 * The elements with commas between them, as Triton's tools read them: numbers (BOOL as 0 and 1), byte strings as JSON
 * strings, in which bytes that are not UTF-8 are replaced.
 */
export function tensorText({ name, datatype, shape }: TracedTensor, data: Uint8Array): string {
  switch (datatype) {
    case 'BYTES': {
      const elements = decodeByteStrings(data, elementCount(shape), `tensor '${name}'`);
      return elements.map((element) => JSON.stringify(Buffer.from(element).toString())).join(',');
    }
    case 'FP16':
    case 'BF16':
      return Array.from(viewOf(data, datatype), (bits) => halfValueOf(bits, HALF_FORMATS[datatype])).join(
        ',',
      );
    default:
      return viewOf(data, datatype).join(',');
  }
}
