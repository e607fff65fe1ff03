import { Buffer } from 'node:buffer';
import { SHOWN_LENGTH } from '#core/clip.js';
import { invalid, type ServingError } from '#core/errors.js';
import { byteAt, END, NEWLINE } from './json-bytes.js';

/** Malformed JSON, said with its place: `expected ',' or '}' but found ']' at byte 41`. */
export function expectedAt(bytes: Uint8Array, at: number, expected: string): ServingError {
  return malformedAt(bytes, at, `expected ${expected} but found ${foundAt(bytes, at)}`);
}

/** Malformed JSON of any other kind. Triton opens its sentence with the same words. */
export function malformedAt(bytes: Uint8Array, at: number, problem: string): ServingError {
  return invalid(`failed to parse the request JSON buffer: ${problem} at ${placeOf(bytes, at)}`);
}

/** `byte 41`; with line and column, counted from 1 in characters, where the text has several lines. */
function placeOf(bytes: Uint8Array, at: number): string {
  if (!bytes.includes(NEWLINE)) return `byte ${at}`;
  let line = 1;
  let column = 1;
  for (let i = 0; i < at; i++) {
    const byte = byteAt(bytes, i);
    if (byte === NEWLINE) {
      line++;
      column = 1;
    } else if (!isContinuation(byte)) column++;
  }
  return `byte ${at} (line ${line}, column ${column})`;
}

function foundAt(bytes: Uint8Array, at: number): string {
  const byte = byteAt(bytes, at);
  if (byte === END) return 'the end of the text';
  if (byte < 0x20 || byte === 0x7f) return `the control character 0x${byte.toString(16).padStart(2, '0')}`;
  let end = at + 1;
  while (isContinuation(byteAt(bytes, end))) end++;
  return `'${textOf(bytes, at, end)}'`;
}

/** The second and later bytes of a character in UTF-8. */
function isContinuation(byte: number): boolean {
  return byte !== END && (byte & 0xc0) === 0x80;
}

/** Some bytes of the document as an error repeats them. */
export function excerpt(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= SHOWN_LENGTH) return textOf(bytes, from, to);
  let end = from + SHOWN_LENGTH;
  while (isContinuation(byteAt(bytes, end))) end--;
  return `${textOf(bytes, from, end)}…`;
}

/** UTF-8 bytes as a string. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
}
