import { isUtf8 } from 'node:buffer';
import { clip } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';
import {
  afterSpace,
  byteAt,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  END,
  isDigit,
  LOWER_E,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  startsWith,
  ZERO,
} from './json-bytes.js';
import { excerpt, expectedAt, malformedAt } from './json-error.js';
import { closingQuote, stringAt } from './json-string.js';

/** How deep arrays and objects may stand inside one another. Triton's bound. */
export const MAX_DEPTH = 100;

/**
 * Reads a JSON text from front to back without building it: whoever calls decides at every value whether to read it or
 * to skip it, and both check its grammar in full (RFC 8259, and the numbers `NaN`, `Infinity`, `-Infinity`, `Inf`,
 * `-Inf`). Every complaint is an INVALID_ARGUMENT with its place.
 */
export class JsonReader {
  readonly bytes: Uint8Array;
  /** The index of the next byte. */
  at: number;
  /** How many arrays and objects are open. */
  depth = 0;

  /** @param bytes one JSON text in UTF-8; a byte order mark before it is passed over. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.at = startsWith(bytes, 0, '\u00ef\u00bb\u00bf') ? 3 : 0;
    if (this.peek() === END) throw invalid('the request body is empty, but a JSON object was expected');
    if (!isUtf8(bytes)) throw malformedAt(bytes, firstBadByte(bytes), 'the text is not valid UTF-8');
  }

  /** Passes over white space and returns the byte that follows, which stays unread. */
  peek(): number {
    this.at = afterSpace(this.bytes, this.at);
    return byteAt(this.bytes, this.at);
  }

  /** Checks that nothing but white space is left. */
  end(): void {
    if (this.peek() !== END) throw this.expected('the end of the text');
  }

  /**
   * Reads an object. `read` is called for each field that is in `known`, and must take its value; a second field of the
   * same name is an error. Other fields are skipped.
   */
  fields<Key extends string>(place: string, known: readonly Key[], read: (key: Key) => void): void {
    const seen = new Set<string>();
    this.entries(place, (name) => {
      const key = known.find((candidate) => candidate === name);
      if (key === undefined) this.skip();
      else if (seen.has(key)) throw invalid(`'${within(place, key)}' is given twice`);
      else {
        seen.add(key);
        read(key);
      }
    });
  }

  /** Reads an object. `read` is called for each field, in order, and must take its value. */
  entries(place: string, read: (name: string) => void): void {
    if (this.peek() !== OPEN_BRACE) throw this.mismatch(place, 'an object');
    this.open();
    let open = this.#hasMore(CLOSE_BRACE);
    while (open) {
      if (this.peek() !== QUOTE) throw this.expected("a field name in '\"'");
      const name = this.#string();
      if (this.peek() !== COLON) throw this.expected("':'");
      this.at++;
      read(name);
      open = this.#hasNext(CLOSE_BRACE);
    }
  }

  /** Reads an array. `read` is called for each element and must take it. */
  elements(place: string, read: (index: number) => void): void {
    if (this.peek() !== OPEN_BRACKET) throw this.mismatch(place, 'an array');
    this.open();
    let open = this.#hasMore(CLOSE_BRACKET);
    for (let index = 0; open; index++) {
      read(index);
      open = this.#hasNext(CLOSE_BRACKET);
    }
  }

  string(place: string): string {
    if (this.peek() !== QUOTE) throw this.mismatch(place, 'a string');
    return this.#string();
  }

  /** Reads `null` if it is next, and says whether it was. */
  null(): boolean {
    if (this.peek() !== LOWER_N) return false;
    this.skip();
    return true;
  }

  /** Passes over the next value, whatever it is. */
  skip(): void {
    const byte = this.peek();
    if (byte === OPEN_BRACE) this.entries('', () => this.skip());
    else if (byte === OPEN_BRACKET) this.elements('', () => this.skip());
    else if (byte === QUOTE) this.at = closingQuote(this.bytes, this.at + 1) + 1;
    else this.at = afterScalar(this.bytes, this.at);
  }

  /** Passes over a bracket or brace that opens. */
  open(): void {
    if (++this.depth > MAX_DEPTH) throw malformedAt(this.bytes, this.at, `nesting deeper than ${MAX_DEPTH}`);
    this.at++;
  }

  /** Passes over a bracket or brace that closes. */
  close(): void {
    this.depth--;
    this.at++;
  }

  /** A complaint about the byte that is next. */
  expected(what: string): ServingError {
    return expectedAt(this.bytes, this.at, what);
  }

  /** A complaint about the value that is next: well-formed (else this throws), but not what belongs there. */
  mismatch(place: string, expected: string): ServingError {
    const subject = place === '' ? 'the request' : `'${clip(place)}'`;
    return invalid(`${subject} must be ${expected}, but is ${this.description()}`);
  }

  /** Passes over the next value and says what it is: `an array`, `"abc"`, `-1`. */
  description(): string {
    const byte = this.peek();
    const from = this.at;
    this.skip();
    if (byte === OPEN_BRACE) return 'an object';
    return byte === OPEN_BRACKET ? 'an array' : excerpt(this.bytes, from, this.at);
  }

  /** After an opening bracket: whether there is a first element. */
  #hasMore(closing: number): boolean {
    if (this.peek() !== closing) return true;
    this.close();
    return false;
  }

  /** After an element: whether there is another. */
  #hasNext(closing: number): boolean {
    if (!this.#hasMore(closing)) return false;
    if (this.peek() !== COMMA) throw this.expected(closing === CLOSE_BRACE ? "',' or '}'" : "',' or ']'");
    this.at++;
    return true;
  }

  #string(): string {
    const from = this.at + 1;
    const to = closingQuote(this.bytes, from);
    this.at = to + 1;
    return stringAt(this.bytes, from, to);
  }
}

/** The place of a field in the document, as messages print it: `inputs[2].name`. */
export function within(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}

const LOWER_N = 0x6e;

const WORDS = ['true', 'false', 'null', 'NaN', 'Infinity', 'Inf', '-Infinity', '-Inf'];

/** The index after a number or a bare word. */
function afterScalar(bytes: Uint8Array, at: number): number {
  const first = byteAt(bytes, at);
  if (isDigit(first) || (first === MINUS && isDigit(byteAt(bytes, at + 1)))) return afterNumber(bytes, at);
  const word = WORDS.find((candidate) => startsWith(bytes, at, candidate));
  if (word !== undefined) return at + word.length;
  if (first === MINUS) throw expectedAt(bytes, at + 1, "a digit after '-'");
  throw expectedAt(bytes, at, 'a value');
}

function afterNumber(bytes: Uint8Array, at: number): number {
  let next = byteAt(bytes, at) === MINUS ? at + 1 : at;
  if (byteAt(bytes, next) !== ZERO) next = afterDigits(bytes, next);
  else if (isDigit(byteAt(bytes, ++next))) {
    throw malformedAt(bytes, next - 1, 'a number must not begin with a superfluous zero');
  }
  if (byteAt(bytes, next) === DOT) next = afterDigits(bytes, next + 1);
  if ((byteAt(bytes, next) | 0x20) === LOWER_E) {
    const sign = byteAt(bytes, next + 1);
    next = afterDigits(bytes, sign === PLUS || sign === MINUS ? next + 2 : next + 1);
  }
  return next;
}

/** The index after one digit at least. */
function afterDigits(bytes: Uint8Array, at: number): number {
  if (!isDigit(byteAt(bytes, at))) throw expectedAt(bytes, at, 'a digit');
  let next = at + 1;
  while (isDigit(byteAt(bytes, next))) next++;
  return next;
}

/** About where a text stops being UTF-8: the end of its longest valid beginning. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 4) {
    let middle = Math.floor((good + bad) / 2);
    while (middle > good && (byteAt(bytes, middle) & 0xc0) === 0x80) middle--;
    if (middle === good) break;
    if (isUtf8(bytes.subarray(good, middle))) good = middle;
    else bad = middle;
  }
  while (good < bad && byteAt(bytes, good) < 0x80) good++;
  return good;
}
