import { MAX_NODES } from '#config/document.js';
import type { Position } from '#config/node.js';
import { clip } from '#core/clip.js';
import { nameOfToken, TextFault, TextLexer, type TextToken } from './text-lexer.js';

/** A message as it was written: fields in their order, nothing yet known of their types. */
export type TextFields = readonly TextField[];

export interface TextField {
  readonly name: string;
  /** Where the name stands. */
  readonly at: Position;
  readonly value: TextValue;
}

export type TextValue =
  | { readonly kind: 'message'; readonly fields: TextFields; readonly at: Position }
  | { readonly kind: 'list'; readonly values: readonly TextValue[]; readonly at: Position }
  | TextScalar;

export interface TextScalar {
  readonly kind: 'scalar';
  /** A text in quotation marks, or a word or number without. */
  readonly form: 'string' | 'word' | 'number';
  /** With its sign. */
  readonly text: string;
  readonly at: Position;
}

/** A configuration needs five or so; the parser calls itself at each. */
const MAX_DEPTH = 64;

/**
 * Reads protobuf text format (protobuf.dev/reference/protobuf/textformat-spec) without its extensions and `Any`. Throws
 * TextFault at the first place that is not that.
 */
export function parseTextFormat(text: string): TextFields {
  return new TextParser(text).file();
}

class TextParser {
  readonly #lexer: TextLexer;
  #depth = 0;
  #values = 0;

  constructor(text: string) {
    this.#lexer = new TextLexer(text);
  }

  file(): TextFields {
    const fields: TextField[] = [];
    while (this.#lexer.ahead.kind !== 'end') fields.push(this.#field('a field name'));
    return fields;
  }

  /** @param expected what else there could be */
  #field(expected: string): TextField {
    const name = this.#lexer.next();
    if (isSymbol(name, '['))
      throw new TextFault(name.at, 'extensions and Any are not known here; expected a field name');
    if (name.kind !== 'word')
      throw new TextFault(name.at, `expected ${expected}, found ${nameOfToken(name)}`);
    const hasColon = this.#take(':');
    const value = this.#value(name.text, hasColon);
    if (!this.#take(',')) this.#take(';');
    return { name: name.text, at: name.at, value };
  }

  #value(field: string, hasColon: boolean): TextValue {
    const { ahead } = this.#lexer;
    if (isSymbol(ahead, '[')) return this.#list(field, hasColon);
    return this.#element(field, hasColon);
  }

  #list(field: string, hasColon: boolean): TextValue {
    const { at } = this.#lexer.next();
    this.#count(at);
    const values: TextValue[] = [];
    if (this.#take(']')) return { kind: 'list', values, at };
    for (;;) {
      values.push(this.#element(field, hasColon));
      if (this.#take(']')) return { kind: 'list', values, at };
      const token = this.#lexer.next();
      if (!isSymbol(token, ','))
        throw new TextFault(token.at, `expected "," or "]", found ${nameOfToken(token)}`);
    }
  }

  /** A message or a scalar; only a message needs no colon. */
  #element(field: string, hasColon: boolean): TextValue {
    const { ahead } = this.#lexer;
    this.#count(ahead.at);
    if (isSymbol(ahead, '{')) return this.#message('}');
    if (isSymbol(ahead, '<')) return this.#message('>');
    if (!hasColon) {
      throw new TextFault(ahead.at, `expected ":" or "{" after ${clip(field)}, found ${nameOfToken(ahead)}`);
    }
    return this.#scalar(field);
  }

  #message(close: '}' | '>'): TextValue {
    const { at } = this.#lexer.next();
    if (++this.#depth > MAX_DEPTH) throw new TextFault(at, `nested more than ${MAX_DEPTH} levels deep`);
    const fields: TextField[] = [];
    while (!this.#take(close)) {
      const { ahead } = this.#lexer;
      if (ahead.kind === 'end') {
        throw new TextFault(
          ahead.at,
          `expected "${close}" for what was opened in line ${at.line}, found the end of the file`,
        );
      }
      fields.push(this.#field(`a field name or "${close}"`));
    }
    this.#depth--;
    return { kind: 'message', fields, at };
  }

  #scalar(field: string): TextScalar {
    const { at } = this.#lexer.ahead;
    const sign = this.#take('-') ? '-' : '';
    const token = this.#lexer.next();
    if (token.kind === 'word' || token.kind === 'number') {
      return { kind: 'scalar', form: token.kind, text: sign + token.text, at };
    }
    if (token.kind === 'string' && sign === '') return this.#string(token.bytes, at);
    throw new TextFault(
      token.at,
      `expected ${sign ? 'a number after "-"' : `a value for ${clip(field)}`}, found ${nameOfToken(token)}`,
    );
  }

  /** Texts beside each other are one. */
  #string(first: readonly number[], at: Position): TextScalar {
    const parts = [first];
    for (let { ahead } = this.#lexer; ahead.kind === 'string'; { ahead } = this.#lexer) {
      parts.push(ahead.bytes);
      this.#lexer.next();
    }
    try {
      // A byte order mark within a text is part of it.
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      return { kind: 'scalar', form: 'string', text: decoder.decode(Uint8Array.from(parts.flat())), at };
    } catch {
      throw new TextFault(at, 'the bytes of this text are not valid UTF-8');
    }
  }

  #take(symbol: string): boolean {
    const isThere = isSymbol(this.#lexer.ahead, symbol);
    if (isThere) this.#lexer.next();
    return isThere;
  }

  #count(at: Position): void {
    if (++this.#values > MAX_NODES) throw new TextFault(at, `more than ${MAX_NODES} values`);
  }
}

function isSymbol(token: TextToken, symbol: string): boolean {
  return token.kind === 'symbol' && token.text === symbol;
}
