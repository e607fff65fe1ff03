/** The bytes JSON is made of, by name. */
export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const ZERO = 0x30;
export const NINE = 0x39;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const LOWER_E = 0x65;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

/** What stands for the byte after the last one. */
export const END = -1;

/** The byte at an index, END after the last. Typed arrays are read inside their bounds only: outside is slow in V8. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? (bytes[at] as number) : END;
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

export function isSpace(byte: number): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB;
}

/** The first index, at or after `at`, that holds no white space. */
export function afterSpace(bytes: Uint8Array, at: number): number {
  let next = at;
  while (isSpace(byteAt(bytes, next))) next++;
  return next;
}

/** Whether the ASCII word stands at an index. */
export function startsWith(bytes: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (byteAt(bytes, at + i) !== word.charCodeAt(i)) return false;
  }
  return true;
}
