import type { CommandOption } from './command-option.js';
import { printable } from './printable.js';

/** The value that the text stands for. Throws a `RangeError` that ends the sentence "option '--x' must be ...". */
export function readValue(option: CommandOption, text: string): string | number {
  if (option.choices !== undefined) return readChoice(option.choices, text);
  switch (option.placeholder) {
    case 'INTEGER':
      return readNumber(option, text, /^[+-]?\d+$/, 'an integer');
    case 'SECONDS':
      return readNumber(option, text, /^[+-]?(\d+\.?\d*|\.\d+)$/, 'a number of seconds');
    case 'MILLISECONDS':
      return readNumber(option, text, /^[+-]?(\d+\.?\d*|\.\d+)$/, 'a number of milliseconds');
    case 'URL':
      return readUrl(text);
    default:
      return text;
  }
}

function readChoice(choices: readonly string[], text: string): string {
  const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  if (found === undefined) throw refused(`one of ${choices.join(', ')}`, text);
  return found;
}

function readNumber(option: CommandOption, text: string, form: RegExp, noun: string): number {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = option;
  const value = Number(text);
  const inRange = value >= minimum && value <= maximum && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (!form.test(text) || !inRange) throw refused(noun + boundsOf(option), text);
  return value;
}

function boundsOf({ minimum, maximum }: CommandOption): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, ${minimum} or more`;
  return maximum === undefined ? '' : `, ${maximum} or less`;
}

/** The address of a server, checked. Throws the same `RangeError`. */
export function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw refused('an address such as http://localhost:8080', text);
}

function refused(expected: string, found: string): RangeError {
  return new RangeError(`${expected}; '${printable(found)}' was given`);
}
