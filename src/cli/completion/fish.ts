import type {
  CommandArgument,
  CommandDescription,
  CommandOption,
  ProgramDescription,
} from '#cli/command-option.js';
import { descriptionOf, lowerCommands, negationOf, placesOf, programNames } from './word-list.js';

/** The completion script for fish: one `complete` line for every word that can be offered. */
export function fishCompletion(program: ProgramDescription): string {
  const { name } = program;
  const [root, ...places] = placesOf(program);
  const atRoot = `-c ${name} -n '__${name}_at'`;
  const lines = [
    ...programNames(program).flatMap((each) => [`complete -c ${each} -e`, `complete -c ${each} -f`]),
    '',
    ...program.commands.map(commandLine(atRoot)),
    ...(root?.options ?? []).flatMap(optionLines(atRoot)),
    ...places.flatMap(({ command, commands, options, argument }) => [
      '',
      ...heads(program, command).flatMap((head) => [
        ...commands.map(commandLine(head)),
        ...argumentLines(head, argument),
        ...options.flatMap(optionLines(head)),
      ]),
    ]),
  ];
  return `# Completion of ${programNames(program).join(' and ')} for fish.
# Written by: ${name} --show-completion fish

# Whether the command that is being written is the given one; without one, whether it is still to be written.
function __${name}_at
    set -l words (commandline -opc)
    if set -q argv[1]
        set -l command $words[2]
        switch "$words[2] $words[3]"
            case ${lowerCommands(program).map(quoted).join(' ')}
                set command $words[2..3]
        end
        test "$command" = "$argv"
    else
        test (count $words) -eq 1; or string match -q -- '-*' $words[2]
    end
end

${lines.join('\n')}
`;
}

/** How a line for the command begins: once for \`furiosa server\`, and once for each program that is short for it. */
function heads(program: ProgramDescription, command: string): readonly string[] {
  const shortcuts = program.shortcuts.filter((shortcut) => shortcut.command === command);
  return [
    `-c ${program.name} -n '__${program.name}_at ${command}'`,
    ...shortcuts.map((shortcut) => `-c ${shortcut.name}`),
  ];
}

function commandLine(head: string): (command: CommandDescription) => string {
  return ({ name, summary }) => `complete ${head} -a ${name} -d ${quoted(summary)}`;
}

function optionLines(head: string): (option: CommandOption) => readonly string[] {
  return (option) => {
    const line = `complete ${head} -l ${option.name}${valueFlags(option)} -d ${quoted(descriptionOf(option))}`;
    if (option.negatable !== true) return [line];
    return [line, `complete ${head} -l no-${option.name} -d ${quoted(negationOf(option))}`];
  };
}

/** -x: a value, and not a file. -r -F: a value that is a file. */
function valueFlags({ placeholder, choices, completes }: CommandOption): string {
  if (choices !== undefined) return ` -x -a ${quoted(choices.join(' '))}`;
  if (completes === 'file') return ' -r -F';
  if (completes === 'directory') return " -x -a '(__fish_complete_directories)'";
  return placeholder === null ? '' : ' -x';
}

function argumentLines(head: string, argument: CommandArgument | null): readonly string[] {
  if (argument?.choices !== undefined) return [`complete ${head} -a ${quoted(argument.choices.join(' '))}`];
  if (argument?.completes === 'directory') return [`complete ${head} -a '(__fish_complete_directories)'`];
  return argument?.completes === 'file' ? [`complete ${head} -F`] : [];
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
