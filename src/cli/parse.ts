import { Command, Option } from 'commander';
import { usageError } from './command-failure.js';
import type {
  CommandDescription,
  CommandOption,
  OptionValue,
  OptionValues,
  ProgramDescription,
} from './command-option.js';
import { spellingsOf, valueNameOf } from './command-option.js';
import { printable } from './printable.js';
import { readValue } from './read-value.js';
import { suggest } from './suggest.js';

/** A command line, understood. */
export interface Invocation {
  /** Null where the program itself was called, without a command. */
  readonly command: CommandDescription | null;
  /** How the command is called after the program's name: `server`, `models load`; empty for the program itself. */
  readonly path: string;
  readonly values: OptionValues;
  /** The command's one argument; null where it has none or none was given. */
  readonly argument: string | null;
  /** `--help` anywhere wins over everything else, errors included. */
  readonly helpAsked: boolean;
}

/**
 * Reads the words after the program's name. Options may stand in any order, as `--name value` or `--name=value`; the
 * last of several wins; after `--` nothing is an option. Throws a `CommandFailure` of one sentence.
 */
export function parse(argv: readonly string[], program: ProgramDescription): Invocation {
  const [first, second] = argv;
  if (first === undefined) return { command: null, path: '', values: {}, argument: null, helpAsked: true };
  if (first.startsWith('-')) return { ...parseWords(program.name, program, argv), command: null, path: '' };
  const command = findCommand(first, program);
  const below = command.commands?.find(({ name }) => name === second);
  const path = below === undefined ? command.name : `${command.name} ${below.name}`;
  const words = argv.slice(below === undefined ? 1 : 2);
  return {
    ...parseWords(`${program.name} ${path}`, below ?? command, words),
    command: below ?? command,
    path,
  };
}

/** The command of that name, such as `models load`. Throws a `CommandFailure` that names the nearest one. */
export function findCommand(path: string, program: ProgramDescription): CommandDescription {
  const [word = '', ...words] = path.split(' ');
  let caller = program.name;
  let found = commandNamed(word, program.commands, caller);
  for (const below of words) {
    caller = `${caller} ${found.name}`;
    found = commandNamed(below, found.commands ?? [], caller);
  }
  return found;
}

function commandNamed(
  word: string,
  commands: readonly CommandDescription[],
  caller: string,
): CommandDescription {
  const found = commands.find(({ name }) => name === word);
  if (found === undefined) throw unknownCommand(word, commands, caller);
  return found;
}

function unknownCommand(word: string, commands: readonly CommandDescription[], caller: string): Error {
  const names = commands.map(({ name }) => name);
  const meant = suggest(word, names);
  const listed = names.length === 0 ? 'it has none of its own' : `the commands are ${names.join(', ')}`;
  const hint = meant === null ? listed : `did you mean '${meant}'?`;
  return usageError(caller, `there is no command '${printable(word)}'; ${hint}`);
}

type Words = Omit<Invocation, 'command' | 'path'>;

function parseWords(caller: string, description: CommandDescription, argv: readonly string[]): Words {
  if (asksForHelp(argv)) return { values: {}, argument: null, helpAsked: true };
  const command = new Command().exitOverride().helpOption(false);
  const given = new Map<string, OptionValue>();
  for (const option of description.options) declare(command, option, caller, given);
  const { operands, unknown } = command.parseOptions(spellSwitches(argv, description, caller));
  const [stranger] = unknown;
  if (stranger !== undefined) throw unknownOption(stranger, description, caller);
  return {
    values: Object.fromEntries(given),
    argument: argumentOf(operands, description, caller),
    helpAsked: false,
  };
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  return words.includes('--help') || words.includes('-h');
}

/**
 * Makes commander recognise the option. To commander every value is optional, so that `--model-name --host ::1` is
 * seen as what it is, a forgotten value, rather than a model called `--host`.
 */
function declare(
  command: Command,
  option: CommandOption,
  caller: string,
  given: Map<string, OptionValue>,
): void {
  for (const spelling of spellingsOf(option)) {
    const value = option.placeholder === null ? '' : ' [value]';
    const declared = new Option(`${spelling}${value}`);
    command.addOption(declared);
    command.on(`option:${declared.name()}`, (text?: string | null) => {
      given.set(option.name, givenValue(option, spelling, text ?? null, caller, given.get(option.name)));
    });
  }
}

function givenValue(
  option: CommandOption,
  spelling: string,
  text: string | null,
  caller: string,
  before: OptionValue | undefined,
): OptionValue {
  if (option.placeholder === null) return spelling === `--${option.name}`;
  if (text === null) {
    if (option.valueOptional === true) return true;
    throw usageError(caller, `option '${spelling}' needs a value: ${spelling} ${valueNameOf(option)}`);
  }
  const value = checked(option, text, caller);
  if (option.repeatable !== true) return value;
  return [...(Array.isArray(before) ? before : []), String(value)];
}

function checked(option: CommandOption, text: string, caller: string): string | number {
  try {
    return readValue(option, text);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw usageError(caller, `option '--${option.name}' must be ${thrown.message}`);
  }
}

/** `--switch=true` and `--switch=false` as the spellings they stand for; commander knows no values for switches. */
function spellSwitches(argv: readonly string[], description: CommandDescription, caller: string): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, i) => {
    const [, name, value] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
    const option = description.options.find((candidate) => candidate.name === name);
    if (value === undefined || option?.placeholder !== null || (end !== -1 && i > end)) return word;
    if (option.negatable !== true) {
      throw usageError(caller, `option '--${name}' takes no value; '${printable(value)}' was given`);
    }
    if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true' ? `--${name}` : `--no-${name}`;
    throw usageError(caller, `option '--${name}' must be true or false; '${printable(value)}' was given`);
  });
}

function unknownOption(word: string, description: CommandDescription, caller: string): Error {
  const [name = word] = word.split('=', 1);
  const meant = suggest(name, description.options.flatMap(spellingsOf));
  const hint = meant === null ? `'${caller} --help' lists them` : `did you mean '${meant}'?`;
  return usageError(caller, `there is no option '${printable(name)}'; ${hint}`);
}

function argumentOf(
  operands: readonly string[],
  description: CommandDescription,
  caller: string,
): string | null {
  const { argument, strayArgumentHint, commands = [] } = description;
  const [first = ''] = operands;
  // A command that directly follows the name of the one above was taken for what it is before.
  if (commands.some(({ name }) => name === first)) {
    throw usageError(caller, `the command comes before the options: ${caller} ${first}`);
  }
  if (argument?.isPath === true) return operands.length === 0 ? null : operands.join(' ');
  const stray = operands[argument === undefined ? 0 : 1];
  if (stray !== undefined && commands.length > 0) throw unknownCommand(first, commands, caller);
  if (stray !== undefined) {
    const hint = strayArgumentHint === undefined ? '' : `; ${strayArgumentHint}`;
    throw usageError(caller, `unexpected argument '${printable(stray)}'${hint}`);
  }
  const [operand = null] = operands;
  if (operand === null && argument?.required === true) {
    const { placeholder } = argument;
    throw usageError(caller, `the ${placeholder} is missing: ${caller} ${placeholder}`);
  }
  return operand;
}
