import type {
  CommandArgument,
  CommandDescription,
  CommandOption,
  ProgramDescription,
} from '#cli/command-option.js';
import { spellingsOf } from '#cli/command-option.js';

/** What can be written after the program's name (command '') or after one of its commands. */
export interface Place {
  /** As it is called, for instance `server` or `models load`; empty for the program itself. */
  readonly command: string;
  /** One of these can be the next word. */
  readonly commands: readonly CommandDescription[];
  readonly options: readonly CommandOption[];
  readonly argument: CommandArgument | null;
}

/** Every place of the program where something can be completed, the program itself first. */
export function placesOf(program: ProgramDescription): readonly Place[] {
  return [
    { command: '', commands: program.commands, options: program.options, argument: null },
    ...program.commands.flatMap((command) => placesIn(command, command.name)),
  ];
}

function placesIn(description: CommandDescription, path: string): readonly Place[] {
  const { commands = [], options, argument } = description;
  return [
    { command: path, commands, options, argument: argument ?? null },
    ...commands.flatMap((below) => placesIn(below, `${path} ${below.name}`)),
  ];
}

/** The commands that are called by two words, as they are called. */
export function lowerCommands(program: ProgramDescription): readonly string[] {
  return placesOf(program)
    .map(({ command }) => command)
    .filter((command) => command.includes(' '));
}

/** The names that the shell calls the program by: its own and its shortcuts. */
export function programNames(program: ProgramDescription): readonly string[] {
  return [program.name, ...program.shortcuts.map(({ name }) => name)];
}

/** The spellings of all the options. */
export function optionWords(options: readonly CommandOption[]): readonly string[] {
  return options.flatMap(spellingsOf);
}

/** Options that take a value which is neither a file nor one of a list: there is nothing to offer. */
export function isFreeText(option: CommandOption): boolean {
  return option.placeholder !== null && option.choices === undefined && option.completes === undefined;
}

/** What the help says, or what stands for it where it says nothing. */
export function descriptionOf(option: CommandOption): string {
  return option.help === '' ? `One of ${(option.choices ?? []).join(', ')}` : option.help;
}

/** What is shown beside `--no-<name>`. */
export function negationOf(option: CommandOption): string {
  return `Turn --${option.name} off`;
}
