import { END, startsWith } from './json-bytes.js';
import { type Elements, nextElement, type TensorHead, wrongKind } from './json-data-elements.js';
import type { JsonReader } from './json-reader.js';

/** Fills a tensor of BOOL: one byte each, 0 or 1. Numbers do not stand for truth. */
export class BoolElements implements Elements {
  index = 0;
  readonly #head: TensorHead;
  readonly #out: Uint8Array;

  constructor(head: TensorHead, out: Uint8Array) {
    this.#head = head;
    this.#out = out;
  }

  run(reader: JsonReader): void {
    const { bytes } = reader;
    for (let at = reader.at; at !== END; at = nextElement(bytes, reader.at)) {
      reader.at = at;
      const isTrue = startsWith(bytes, at, 'true');
      if (!isTrue && !startsWith(bytes, at, 'false')) {
        throw wrongKind(reader, this.#head, this.index, 'true or false');
      }
      reader.at += isTrue ? 4 : 5;
      if (isTrue && this.index < this.#out.length) this.#out[this.index] = 1;
      this.index++;
    }
  }
}
