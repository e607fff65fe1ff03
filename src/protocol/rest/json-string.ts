import { BACKSLASH, byteAt, END, QUOTE, SPACE } from './json-bytes.js';
import { expectedAt, malformedAt, textOf } from './json-error.js';

/**
 * The index of the quote that closes a string whose first character is at `at`. Checks the grammar of the escapes;
 * surrogates are checked by whoever reads the characters.
 */
export function closingQuote(bytes: Uint8Array, at: number): number {
  let next = at;
  for (;;) {
    const byte = byteAt(bytes, next);
    if (byte === QUOTE) return next;
    if (byte === BACKSLASH) next = afterEscape(bytes, next);
    else if (byte >= SPACE) next++;
    else if (byte === END) throw malformedAt(bytes, next, "expected '\"' but the text ended inside a string");
    else throw expectedAt(bytes, next, 'a character or an escape in a string');
  }
}

/** The text of a string whose characters fill [from, to). */
export function stringAt(bytes: Uint8Array, from: number, to: number): string {
  if (!hasEscape(bytes, from, to)) return textOf(bytes, from, to);
  const decoded = new Uint8Array(copyString(bytes, from, to, null, 0));
  return textOf(decoded, 0, copyString(bytes, from, to, decoded, 0));
}

function hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if (bytes[at] === BACKSLASH) return true;
  }
  return false;
}

/**
 * Writes the characters of a string as UTF-8 to `out`, escapes resolved, and returns how many bytes that takes.
 * With null for `out` it only measures. Half a surrogate pair has no UTF-8: it is an error.
 */
export function copyString(
  bytes: Uint8Array,
  from: number,
  to: number,
  out: Uint8Array | null,
  offset: number,
): number {
  let end = offset;
  let at = from;
  while (at < to) {
    const byte = byteAt(bytes, at);
    if (byte !== BACKSLASH) {
      if (out !== null) out[end] = byte;
      end++;
      at++;
      continue;
    }
    const codePoint = codePointAt(bytes, at);
    if (out !== null) writeUtf8(codePoint, out, end);
    end += utf8Length(codePoint);
    at += byteAt(bytes, at + 1) !== LOWER_U ? 2 : codePoint > 0xffff ? 12 : 6;
  }
  return end - offset;
}

const LOWER_U = 0x75;

/** What stands after the backslash, and the character it means. */
const SIMPLE_ESCAPES: ReadonlyMap<number, number> = new Map(
  ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [
    pair.charCodeAt(0),
    pair.charCodeAt(1),
  ]),
);

function afterEscape(bytes: Uint8Array, at: number): number {
  const letter = byteAt(bytes, at + 1);
  if (SIMPLE_ESCAPES.has(letter)) return at + 2;
  if (letter !== LOWER_U) throw expectedAt(bytes, at + 1, "one of \"\\/bfnrtu after '\\'");
  for (let i = at + 2; i < at + 6; i++) {
    if (hexDigit(byteAt(bytes, i)) < 0) throw expectedAt(bytes, i, "four hexadecimal digits after '\\u'");
  }
  return at + 6;
}

/** The character that the escape at `at` means; its grammar has been checked. */
function codePointAt(bytes: Uint8Array, at: number): number {
  const simple = SIMPLE_ESCAPES.get(byteAt(bytes, at + 1));
  if (simple !== undefined) return simple;
  const first = hex4(bytes, at + 2);
  if (first < 0xd800 || first > 0xdfff) return first;
  const paired = byteAt(bytes, at + 6) === BACKSLASH && byteAt(bytes, at + 7) === LOWER_U;
  const second = paired ? hex4(bytes, at + 8) : 0;
  if (first > 0xdbff || second < 0xdc00 || second > 0xdfff) {
    throw malformedAt(bytes, at, `'${textOf(bytes, at, at + 6)}' is half of a surrogate pair`);
  }
  return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

function hex4(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) value = value * 16 + hexDigit(byteAt(bytes, i));
  return value;
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

function writeUtf8(codePoint: number, out: Uint8Array, at: number): void {
  const length = utf8Length(codePoint);
  let rest = codePoint;
  for (let i = length - 1; i > 0; i--) {
    out[at + i] = 0x80 | (rest & 0x3f);
    rest >>= 6;
  }
  out[at] = length === 1 ? rest : ((0xf00 >> length) & 0xff) | rest;
}
