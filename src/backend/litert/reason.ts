import { messageOf } from '#core/errors.js';

/** LiteRT's words for what clients can do something about, and ours. */
const TRANSLATIONS: readonly (readonly [RegExp, (match: RegExpMatchArray) => string])[] = [
  [
    /unresolved custom op: (.+?)\.?$/,
    (match) => `its operator '${match[1]}' is not one that LiteRT for WebAssembly has`,
  ],
  [
    /Didn't find op for builtin opcode '(.+?)' version '(\d+)'/,
    (match) => `LiteRT for WebAssembly does not have its operator ${match[1]} in version ${match[2]}`,
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
const PLACE = /^(?:\[[\w./]+:\d+\] |\S+\.(?:cc|h):\d+ )/;

/** Follows every other error of a run. */
const ECHO = /^Node number \d+ \(.*\) failed to/;

/**
 * The reason of a failure from the lines that LiteRT printed and from what it threw, without a full stop. The line
 * that a kernel printed is better than those of the layers above it, which also say where in the source they stand.
 */
export function reasonOf(errors: readonly string[], thrown?: unknown): string {
  const lines = errors.map((line) => line.replace(/^ERROR: /, '').trim());
  for (const [pattern, say] of TRANSLATIONS) {
    for (const line of lines) {
      const match = line.match(pattern);
      if (match) return say(match);
    }
  }
  const best = lines.find((line) => !PLACE.test(line) && !ECHO.test(line)) ?? lines[0];
  return firstLine(best?.replace(PLACE, '') ?? messageOf(thrown));
}

/** Whether a run failed inside an operator and not in the making of its tensors: other inputs may fare better. */
export function failedInOperator(errors: readonly string[]): boolean {
  return errors.some((line) => /failed to invoke/i.test(line));
}

function firstLine(text: string): string {
  const [line = ''] = text.split('\n');
  return line.replace(/\. Build with -sASSERTIONS for more info\.$/, '').replace(/\.$/, '');
}
