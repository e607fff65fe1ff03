import { clip } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';
import type { TensorClaims } from '#protocol/request-faults.js';
import { afterSpace, byteAt, COMMA, END, isDigit, MINUS, OPEN_BRACKET } from './json-bytes.js';
import { textOf } from './json-error.js';
import type { JsonReader } from './json-reader.js';

/** What a request says of an input before its data. */
export interface TensorHead extends TensorClaims {
  /** Where it stands in the request: `inputs[2]`. */
  readonly place: string;
}

/** Takes the elements of one tensor, in order, from a JSON text. */
export interface Elements {
  /** How many have been read. May exceed the number that was expected: those are checked and dropped. */
  readonly index: number;
  /** Reads the element that is next, and every further one that follows it in the same array with nothing between. */
  run(reader: JsonReader): void;
}

/** Where the next element begins when one follows in the same array, or END when something else does. */
export function nextElement(bytes: Uint8Array, at: number): number {
  const comma = afterSpace(bytes, at);
  if (byteAt(bytes, comma) !== COMMA) return END;
  const next = afterSpace(bytes, comma + 1);
  return byteAt(bytes, next) === OPEN_BRACKET ? END : next;
}

const UPPER_I = 0x49;
const UPPER_N = 0x4e;

/**
 * Reads the number that is next as it is written, NaN and the infinities too. Anything else is an error that names the
 * element and what its datatype takes.
 */
export function numberElement(reader: JsonReader, head: TensorHead, index: number): string {
  const first = reader.peek();
  if (!isDigit(first) && first !== MINUS && first !== UPPER_I && first !== UPPER_N) {
    throw wrongKind(reader, head, index, 'numbers');
  }
  const from = reader.at;
  reader.skip();
  return textOf(reader.bytes, from, reader.at);
}

/** `element 5 of input 'x' is "abc", but FP32 takes numbers`; a complaint about the grammar goes before. */
export function wrongKind(reader: JsonReader, head: TensorHead, index: number, takes: string): ServingError {
  const found = reader.description();
  return invalid(
    `element ${index} of input '${clip(head.name)}' is ${found}, but ${head.datatype} takes ${takes}`,
  );
}
