import { byteAt, END, QUOTE } from './json-bytes.js';
import { type Elements, nextElement, type TensorHead, wrongKind } from './json-data-elements.js';
import type { JsonReader } from './json-reader.js';
import { closingQuote, copyString } from './json-string.js';

/** The bytes of the length before each element. */
const PREFIX_BYTES = 4;

/**
 * Reads elements of BYTES: JSON strings, whose UTF-8 is what the model gets, each after its length (uint32,
 * little-endian). Without a tensor to fill it measures how large one must be.
 */
export class ByteStringElements implements Elements {
  index = 0;
  /** How many bytes the elements so far take. */
  byteLength = 0;
  readonly #head: TensorHead;
  readonly #out: Uint8Array | null;
  readonly #lengths: DataView | null;

  constructor(head: TensorHead, out: Uint8Array | null) {
    this.#head = head;
    this.#out = out;
    this.#lengths = out === null ? null : new DataView(out.buffer, out.byteOffset, out.byteLength);
  }

  run(reader: JsonReader): void {
    const { bytes } = reader;
    for (let at = reader.at; at !== END; at = nextElement(bytes, reader.at)) {
      reader.at = at;
      if (byteAt(bytes, at) !== QUOTE) throw wrongKind(reader, this.#head, this.index, 'strings');
      const end = closingQuote(bytes, at + 1);
      const length = copyString(bytes, at + 1, end, this.#out, this.byteLength + PREFIX_BYTES);
      this.#lengths?.setUint32(this.byteLength, length, true);
      this.byteLength += PREFIX_BYTES + length;
      this.index++;
      reader.at = end + 1;
    }
  }
}
