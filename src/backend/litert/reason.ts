import { messageOf } from '#core/errors.js';

/** LiteRT's words for what clients can do something about, and ours. */
const TRANSLATIONS: readonly (readonly [RegExp, (match: RegExpMatchArray) => string])[] = [
  [
    /unresolved custom op: (.+?)\.?$/,
    (match) => `LiteRT for WebAssembly does not have its operator "${match[1]}"`,
  ],
  [
    /Didn't find op for builtin opcode '(.+?)' version '(-?\d+)'/,
    (match) => `LiteRT for WebAssembly does not have its operator "${match[1]}" in version ${match[2]}`,
  ],
  [
    /Signature has incorrect number of input\/outputs/,
    () => 'its signature does not name every input and output exactly once',
  ],
  [
    /Failed to (?:set custom allocation for output|get num packed bytes)/,
    () => 'the size of an output is only known when it has run, and LiteRT for WebAssembly needs fixed sizes',
  ],
];

/** Says where in the source a line comes from; no use to whoever reads the reason. */
const PLACE = /^(?:\[[\w./]+:\d+\]|\S+\.(?:cc|h)(?::\d+)?)\s*/;

/** Follows every other error of a run. */
const ECHO = /^Node number \d+ \(.*\) failed to/;

/**
 * The reason of a failure from the lines that LiteRT printed and from what it threw, without a full stop. The line
 * that a kernel printed is better than those of the layers above it, which say where in the source they stand.
 */
export function reasonOf(errors: readonly string[], thrown?: unknown): string {
  const printed = errors.map(withoutLevel).filter(saysSomething);
  const said = messageOf(thrown ?? '')
    .split('\n')
    .map(withoutLevel)
    .filter(saysSomething);
  const best = printed.find(isFromKernel) ?? printed[0] ?? said[0] ?? 'it gave no reason';
  return translated([...printed, ...said]) ?? plain(best);
}

/** Whether a run failed inside an operator and not in the making of its tensors: other inputs may fare better. */
export function failedInOperator(errors: readonly string[]): boolean {
  return errors.some((line) => /failed to invoke/i.test(line));
}

function translated(lines: readonly string[]): string | null {
  for (const [pattern, say] of TRANSLATIONS) {
    for (const line of lines) {
      const match = line.match(pattern);
      if (match) return say(match);
    }
  }
  return null;
}

function withoutLevel(line: string): string {
  return line.replace(/^(?:\u2514 )?ERROR: /, '').trim();
}

function saysSomething(line: string): boolean {
  return line.replace(PLACE, '') !== '';
}

function isFromKernel(line: string): boolean {
  return !PLACE.test(line) && !ECHO.test(line);
}

function plain(line: string): string {
  return line
    .replace(PLACE, '')
    .replace(/\. Build with -sASSERTIONS for more info\.$/, '')
    .replace(/\.$/, '');
}
