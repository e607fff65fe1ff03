import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { LENGTH_BYTES } from '#tensor/byte-strings.js';
import { Base64Problem, copyBase64 } from './base64.js';
import { BACKSLASH, byteAt, END, QUOTE } from './json-bytes.js';
import { type Elements, nextElement, type TensorHead, wrongKind } from './json-data-elements.js';
import type { JsonReader } from './json-reader.js';
import { closingQuote, copyString } from './json-string.js';

/**
 * Reads elements of BYTES: JSON strings, whose UTF-8 is what the model gets, or what it means in base64; each after its
 * length (uint32, little-endian). Without a tensor to fill it measures how large one must be.
 */
export class ByteStringElements implements Elements {
  index = 0;
  /** How many bytes the elements so far take. */
  byteLength = 0;
  readonly #head: TensorHead;
  readonly #base64: boolean;
  readonly #out: Uint8Array | null;
  readonly #lengths: DataView | null;

  constructor(head: TensorHead, base64: boolean, out: Uint8Array | null) {
    this.#head = head;
    this.#base64 = base64;
    this.#out = out;
    this.#lengths = out === null ? null : new DataView(out.buffer, out.byteOffset, out.byteLength);
  }

  run(reader: JsonReader): void {
    const { bytes } = reader;
    for (let at = reader.at; at !== END; at = nextElement(bytes, reader.at)) {
      reader.at = at;
      if (byteAt(bytes, at) !== QUOTE) throw wrongKind(reader, this.#head, this.index, 'strings');
      const end = closingQuote(bytes, at + 1);
      const offset = this.byteLength + LENGTH_BYTES;
      const length = this.#base64
        ? this.#copyBase64(bytes, at + 1, end, offset)
        : copyString(bytes, at + 1, end, this.#out, offset);
      this.#lengths?.setUint32(this.byteLength, length, true);
      this.byteLength += LENGTH_BYTES + length;
      this.index++;
      reader.at = end + 1;
    }
  }

  #copyBase64(bytes: Uint8Array, from: number, to: number, offset: number): number {
    try {
      return copyBase64(unescaped(bytes, from, to), this.#out, offset);
    } catch (thrown) {
      if (!(thrown instanceof Base64Problem)) throw thrown;
      throw invalid(
        `element ${this.index} of input '${clip(this.#head.name)}' is not base64, as its content_type says: ${thrown.message}`,
      );
    }
  }
}

/** The characters of a string. Some writers of JSON escape the slash, which is a digit of base64. */
function unescaped(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const raw = bytes.subarray(from, to);
  if (!raw.includes(BACKSLASH)) return raw;
  const text = new Uint8Array(copyString(bytes, from, to, null, 0));
  copyString(bytes, from, to, text, 0);
  return text;
}
