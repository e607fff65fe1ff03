/** What a text in quotation marks stands for, or what is wrong with it and how far behind its start. */
export type StringLiteral = { readonly bytes: readonly number[] } | Fault;

interface Fault {
  readonly offset: number;
  readonly message: string;
}

const PLAIN: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 0x22,
  "'": 0x27,
  '?': 0x3f,
  '\\': 0x5c,
};

const LAST_CODE_POINT = 0x10ffff;
const encoder = new TextEncoder();

/**
 * The bytes of what stands between the quotation marks of a protobuf text literal. Bytes, because `\303\251` is one
 * character in two escapes.
 */
export function stringLiteral(written: string): StringLiteral {
  const bytes: number[] = [];
  let at = 0;
  while (at < written.length) {
    if (written[at] !== '\\') {
      const end = written.indexOf('\\', at);
      const plain = written.slice(at, end < 0 ? undefined : end);
      for (const byte of encoder.encode(plain)) bytes.push(byte);
      at += plain.length;
      continue;
    }
    const found = readEscape(written, at + 1);
    if ('message' in found) return { offset: at, message: found.message };
    for (const byte of found.bytes) bytes.push(byte);
    at = found.end;
  }
  return { bytes };
}

type Escape = { readonly bytes: Iterable<number>; readonly end: number } | { readonly message: string };

/** @param at behind the backslash */
function readEscape(written: string, at: number): Escape {
  const letter = written[at] ?? '';
  const plain = Object.hasOwn(PLAIN, letter) ? PLAIN[letter] : undefined;
  if (plain !== undefined) return { bytes: [plain], end: at + 1 };
  const octal = digitsAt(/[0-7]{1,3}/y, written, at);
  if (octal !== '') return byteOf(octal, 8, at + octal.length);
  if (letter === 'x' || letter === 'X') {
    const hex = digitsAt(/[0-9a-fA-F]{1,2}/y, written, at + 1);
    if (hex === '') return { message: `expected hexadecimal digits after \\${letter}` };
    return byteOf(hex, 16, at + 1 + hex.length);
  }
  if (letter === 'u' || letter === 'U') return readCodePoint(written, at);
  return { message: `unknown escape \\${letter}` };
}

function byteOf(digits: string, radix: number, end: number): Escape {
  const byte = Number.parseInt(digits, radix);
  return byte > 255 ? { message: `\\${digits} is more than a byte holds` } : { bytes: [byte], end };
}

function readCodePoint(written: string, at: number): Escape {
  const first = unicodeAt(written, at);
  if (first === null) {
    const count = written[at] === 'u' ? 4 : 8;
    return { message: `expected ${count} hexadecimal digits after \\${written[at]}` };
  }
  let { code, end } = first;
  if (code >= 0xd800 && code < 0xdc00 && written[end] === '\\') {
    const second = unicodeAt(written, end + 1);
    if (second !== null && second.code >= 0xdc00 && second.code < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (second.code - 0xdc00);
      end = second.end;
    }
  }
  if (code > LAST_CODE_POINT || (code >= 0xd800 && code < 0xe000)) {
    return { message: `U+${code.toString(16).toUpperCase().padStart(4, '0')} is no character of Unicode` };
  }
  return { bytes: encoder.encode(String.fromCodePoint(code)), end };
}

/** `uXXXX` or `UXXXXXXXX` at this place, or null. */
function unicodeAt(written: string, at: number): { readonly code: number; readonly end: number } | null {
  const letter = written[at];
  if (letter !== 'u' && letter !== 'U') return null;
  const digits = digitsAt(letter === 'u' ? /[0-9a-fA-F]{4}/y : /[0-9a-fA-F]{8}/y, written, at + 1);
  return digits === '' ? null : { code: Number.parseInt(digits, 16), end: at + 1 + digits.length };
}

function digitsAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
