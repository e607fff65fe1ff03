import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';
import { clip } from '#core/clip.js';
import type { Position } from './node.js';

/** A configuration needs nine or so; the composer calls itself at each, and a thousand would end the process. */
const MAX_DEPTH = 64;

/** Ten for each value a configuration may hold; more would keep the start waiting. */
const MAX_LEXEMES = 200_000;

/** Past the first few, syntax errors are echoes of each other. */
const MAX_ERRORS = 5;

/** Messages repeat what they are about, however long that is. In UTF-16 code units. */
const MAX_MESSAGE = 200;

export interface SyntaxProblem extends Position {
  readonly message: string;
}

export interface ParsedYaml {
  /** The first document of the text. Not to be trusted when there are problems. */
  readonly document: Document.Parsed | null;
  readonly problems: readonly SyntaxProblem[];
  readonly positionOf: (offset: number) => Position;
}

/** Reads YAML, and so JSON, into its syntax tree. Never throws, whatever the text. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const failed = (message: string, offset: number): ParsedYaml => ({
    document: null,
    problems: [{ ...positionOf(offset), message }],
    positionOf,
  });
  const parser = new Parser(lines.addNewLine);
  try {
    const composer = new Composer({ uniqueKeys: false, logLevel: 'silent' });
    const [document, second] = composer.compose(boundedTokens(text, parser, lines), true, text.length);
    if (!document) return failed('holds no YAML document', 0);
    if (second) return failed('a second YAML document begins here; expected one', second.range[0]);
    return { document, problems: syntaxProblems(document, positionOf), positionOf };
  } catch (error) {
    if (error instanceof TooMuch) return failed(error.message, parser.offset);
    throw error;
  }
}

class TooMuch extends Error {}

function* boundedTokens(text: string, parser: Parser, lines: LineCounter): Generator<CST.Token, void> {
  lines.addNewLine(0);
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH) throw new TooMuch(`nested more than ${MAX_DEPTH} levels deep`);
    if (++count > MAX_LEXEMES) throw new TooMuch('too much for a configuration begins here');
  }
  yield* parser.end();
}

function syntaxProblems(
  document: Document.Parsed,
  positionOf: (offset: number) => Position,
): SyntaxProblem[] {
  const found = new Map<number | null, SyntaxProblem>();
  // A tag that nobody knows is only a warning there, but the value would not be what its author means.
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    const position = positionOf(pos[0]);
    const sentence = `not valid YAML: ${clip(firstLine(message), MAX_MESSAGE)}`;
    if (!found.has(position.line)) found.set(position.line, { ...position, message: sentence });
  }
  return [...found.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, MAX_ERRORS);
}

/** Messages go on with a picture of the place after their first line. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:$/, '');
}
