import type { CommandDescription, CommandOption, ProgramDescription } from './command-option.js';
import { spellingsOf, valueNameOf } from './command-option.js';
import { padEnd, widthOf, wrap } from './printable.js';

/** The layout of the original's help: entries start here, ... */
const INDENT = 4;
/** ... their text starts at the same column for all, on the next line where the entry itself is too long, ... */
const TEXT_COLUMN = 36;
/** ... with at least so much room between the two. */
const GAP = 2;
/** No line is longer, however wide the terminal. */
const MAX_WIDTH = 80;
const MIN_WIDTH = 60;

interface Entry {
  readonly term: string;
  readonly text: string;
}

/**
 * What `furiosa <command> --help` prints. `caller` is how the command is called, for instance `furiosa models load`;
 * `columns` is the terminal's width, null where there is none.
 */
export function commandHelp(caller: string, command: CommandDescription, columns: number | null): string {
  const { argument, commands = [] } = command;
  const name =
    argument === undefined
      ? ''
      : ` ${argument.required ? argument.placeholder : `[${argument.placeholder}]`}`;
  return [
    `Usage: ${caller}${commands.length === 0 ? '' : ' [COMMAND]'} [OPTIONS]${name}`,
    '',
    `${' '.repeat(INDENT)}${command.summary}`,
    '',
    ...section('Options', command.options.map(optionEntry), columns),
    ...commandSection(commands, columns),
  ].join('\n');
}

/** What `furiosa --help` prints. */
export function programHelp(program: ProgramDescription, columns: number | null): string {
  return [
    `Usage: ${program.name} [OPTIONS] COMMAND [ARGS]...`,
    '',
    `${' '.repeat(INDENT)}${program.summary}`,
    '',
    ...section('Options', program.options.map(optionEntry), columns),
    ...commandSection(program.commands, columns),
  ].join('\n');
}

function commandSection(commands: readonly CommandDescription[], columns: number | null): readonly string[] {
  if (commands.length === 0) return [];
  const entries = commands.map(({ name, summary }) => ({ term: name, text: summary }));
  return section('Commands', entries, columns);
}

function optionEntry(option: CommandOption): Entry {
  const valueName = valueNameOf(option);
  const term = spellingsOf(option).join(' / ') + (valueName === null ? '' : ` ${valueName}`);
  const shownDefault = option.default === undefined ? '' : `[default: ${option.default}]`;
  return { term, text: [option.help, shownDefault].filter((part) => part !== '').join('  ') };
}

function section(title: string, entries: readonly Entry[], columns: number | null): readonly string[] {
  const longest = Math.max(...entries.map(({ term }) => widthOf(term)));
  const textColumn = Math.min(TEXT_COLUMN, INDENT + longest + GAP);
  const textWidth = Math.max(MIN_WIDTH, Math.min(columns ?? MAX_WIDTH, MAX_WIDTH)) - textColumn;
  return [`${title}:`, ...entries.flatMap((entry) => entryLines(entry, textColumn, textWidth)), ''];
}

function entryLines({ term, text }: Entry, textColumn: number, textWidth: number): readonly string[] {
  const head = ' '.repeat(INDENT) + term;
  const [first = '', ...rest] = wrap(text, textWidth).map((line) => ' '.repeat(textColumn) + line);
  if (first === '') return [head];
  const fits = widthOf(head) + GAP <= textColumn;
  return fits ? [padEnd(head, textColumn) + first.trimStart(), ...rest] : [head, first, ...rest];
}
