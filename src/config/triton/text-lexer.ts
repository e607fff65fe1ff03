import type { Position } from '#config/node.js';
import { quoted } from '#config/node.js';
import { stringLiteral } from './string-literal.js';

/** The text is not protobuf text format. Thrown only between the lexer and the parser. */
export class TextFault extends Error {
  readonly at: Position;

  constructor(at: Position, message: string) {
    super(message);
    this.name = 'TextFault';
    this.at = at;
  }
}

export type TextToken =
  | { readonly kind: 'word' | 'number' | 'symbol'; readonly text: string; readonly at: Position }
  | { readonly kind: 'string'; readonly bytes: readonly number[]; readonly at: Position }
  | { readonly kind: 'end'; readonly at: Position };

const SPACE = /(?:[ \t\r\n\v\f]+|#[^\n]*)+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fF]?/y;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y;
const SYMBOLS = '{}<>[]:,;-';

/** Cuts protobuf text format into tokens, with one of them to look ahead at. */
export class TextLexer {
  readonly #text: string;
  #offset = 0;
  #line = 1;
  #lineStart = 0;
  #ahead: TextToken;

  constructor(text: string) {
    this.#text = text;
    this.#ahead = this.#read();
  }

  /** The token that `next` takes. */
  get ahead(): TextToken {
    return this.#ahead;
  }

  /** Throws TextFault where what follows is no token. */
  next(): TextToken {
    const token = this.#ahead;
    if (token.kind !== 'end') this.#ahead = this.#read();
    return token;
  }

  #read(): TextToken {
    this.#skipSpace();
    const at = this.#position(this.#offset);
    const first = this.#text[this.#offset];
    if (first === undefined) return { kind: 'end', at };
    if (first === '"' || first === "'") return this.#string(at);
    const number = this.#match(NUMBER);
    if (number !== null) return this.#number(number, at);
    const word = this.#match(WORD);
    if (word !== null) return { kind: 'word', text: word, at };
    if (!SYMBOLS.includes(first))
      throw new TextFault(at, `unexpected character ${characterAt(this.#text, this.#offset)}`);
    this.#offset++;
    return { kind: 'symbol', text: first, at };
  }

  #number(text: string, at: Position): TextToken {
    const rest = this.#match(/[\w.]+/y);
    if (rest === null) return { kind: 'number', text, at };
    throw new TextFault(at, `${quoted(text + rest)} is no number`);
  }

  #string(at: Position): TextToken {
    const start = this.#offset;
    const written = this.#match(STRING);
    if (written === null) throw new TextFault(at, 'the text that begins here does not end in this line');
    const literal = stringLiteral(written.slice(1, -1));
    if ('bytes' in literal) return { kind: 'string', bytes: literal.bytes, at };
    throw new TextFault(this.#position(start + 1 + literal.offset), literal.message);
  }

  #skipSpace(): void {
    const space = this.#match(SPACE) ?? '';
    for (let i = space.indexOf('\n'); i >= 0; i = space.indexOf('\n', i + 1)) {
      this.#line++;
      this.#lineStart = this.#offset - space.length + i + 1;
    }
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    this.#offset += found?.length ?? 0;
    return found;
  }

  #position(offset: number): Position {
    return { line: this.#line, column: offset - this.#lineStart + 1 };
  }
}

function characterAt(text: string, offset: number): string {
  return quoted(String.fromCodePoint(text.codePointAt(offset) ?? 0));
}

/** A token as messages say it. */
export function nameOfToken(token: TextToken): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the file';
    case 'string':
      return 'a text in quotation marks';
    default:
      return quoted(token.text);
  }
}
