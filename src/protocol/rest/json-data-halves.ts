import { cannotHold } from '#protocol/request-faults.js';
import { HALF_FORMATS, type HalfType } from '#tensor/half.js';
import { type Elements, nextElement, numberElement, type TensorHead } from './json-data-elements.js';
import { halfBitsOf } from './json-half.js';
import type { JsonReader } from './json-reader.js';

const END = -1;

/**
 * Fills a tensor of FP16 or BF16 from numbers, each correctly rounded, ties to even. One element after the other: who is
 * in a hurry sends these types as binary data.
 */
export class HalfElements implements Elements {
  index = 0;
  readonly #out: DataView;
  readonly #type: HalfType;
  readonly #head: TensorHead;

  constructor(head: TensorHead, type: HalfType, out: Uint8Array) {
    this.#head = head;
    this.#type = type;
    this.#out = new DataView(out.buffer, out.byteOffset, out.byteLength);
  }

  run(reader: JsonReader): void {
    for (let at = reader.at; at !== END; at = nextElement(reader.bytes, reader.at)) {
      reader.at = at;
      const bits = this.#bits(numberElement(reader, this.#head, this.index));
      if (this.index * 2 < this.#out.byteLength) this.#out.setUint16(this.index * 2, bits, true);
      this.index++;
    }
  }

  #bits(text: string): number {
    const format = HALF_FORMATS[this.#type];
    if (text === 'NaN') return format.nan;
    if (text.includes('I')) return text.startsWith('-') ? format.infinity | 0x8000 : format.infinity;
    const bits = halfBitsOf(text, format);
    if ((bits & 0x7fff) !== format.infinity) return bits;
    throw cannotHold(this.#head, this.index, text, format.range);
  }
}
