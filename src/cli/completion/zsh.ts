import type {
  CommandArgument,
  CommandDescription,
  CommandOption,
  ProgramDescription,
} from '#cli/command-option.js';
import { descriptionOf, negationOf, type Place, placesOf, programNames } from './word-list.js';

/** The completion script for zsh, in the manner of the functions that come with it: a file `_furiosa` on the fpath. */
export function zshCompletion(program: ProgramDescription): string {
  const { name } = program;
  const [root, ...places] = placesOf(program);
  const names = programNames(program).join(' ');
  return `#compdef ${names}
# Completion of ${programNames(program).join(' and ')} for zsh.
# Written by: ${name} --show-completion zsh

${places.map((place) => placeFunction(name, place)).join('\n')}
${commandsFunction(`_${name}`, program.commands)}
_${name}() {
  local curcontext="$curcontext" state line ret=1
  local -A opt_args
  case $service in
${program.shortcuts.map((shortcut) => `    ${shortcut.name}) _${name}_${shortcut.command}; return ;;`).join('\n')}
  esac
  _arguments -C ${continued([...specs(root?.options ?? []), `'1: :_${name}_commands'`, "'*:: :->arguments'"], 4)} && ret=0
  [[ $state == arguments ]] || return ret
  case $words[1] in
${callLines(`_${name}`, program.commands)}
  esac
  return ret
}

# Loaded by compinit this file is the function's body; sourced, it registers the function.
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${names}
fi
`;
}

function placeFunction(program: string, { command, commands, options, argument }: Place): string {
  const name = `_${program}_${command.replaceAll(' ', '_')}`;
  if (commands.length > 0) return groupFunction(name, commands, options);
  const argumentSpecs =
    argument === null ? [] : [quoted(`1:${argument.placeholder}:${argumentAction(argument)}`)];
  return `${name}() {
  _arguments ${continued([...specs(options), ...argumentSpecs], 4)}
}
`;
}

/** The function of a command that has commands of its own. */
function groupFunction(
  name: string,
  commands: readonly CommandDescription[],
  options: readonly CommandOption[],
): string {
  return `${commandsFunction(name, commands)}
${name}() {
  local curcontext="$curcontext" state line ret=1
  local -A opt_args
  _arguments -C ${continued([...specs(options), `'1: :${name}_commands'`, "'*:: :->arguments'"], 4)} && ret=0
  [[ $state == arguments ]] || return ret
  case $words[1] in
${callLines(name, commands)}
  esac
  return ret
}
`;
}

/** The function that offers the names of the commands. */
function commandsFunction(name: string, commands: readonly CommandDescription[]): string {
  return `${name}_commands() {
  local -a known=(
${commands.map((command) => `    ${quoted(`${command.name}:${command.summary}`)}`).join('\n')}
  )
  _describe -t commands command known
}
`;
}

/** The cases that hand on to the function of the command that was written. */
function callLines(name: string, commands: readonly CommandDescription[]): string {
  return commands.map((command) => `    ${command.name}) ${name}_${command.name} && ret=0 ;;`).join('\n');
}

function specs(options: readonly CommandOption[]): readonly string[] {
  return options.flatMap((option) => {
    const text = `[${escaped(descriptionOf(option))}]`;
    const many = option.repeatable === true ? '*' : '';
    if (option.placeholder === null) {
      const negation =
        option.negatable === true ? [quoted(`--no-${option.name}[${escaped(negationOf(option))}]`)] : [];
      return [quoted(`${many}--${option.name}${text}`), ...negation];
    }
    const colon = option.valueOptional === true ? '::' : ':';
    const value = `${option.placeholder}:${action(option.choices, option.completes)}`;
    return [quoted(`${many}--${option.name}=${text}${colon}${value}`)];
  });
}

/** For text that is not offered, the usual action (a space) would keep the options from being offered as well. */
function argumentAction({ placeholder, choices, completes }: CommandArgument): string {
  const isFreeText = choices === undefined && completes === undefined;
  return isFreeText ? `_guard "^-*" ${placeholder}` : action(choices, completes);
}

function action(choices: readonly string[] | undefined, completes: 'file' | 'directory' | undefined): string {
  if (choices !== undefined) return `(${choices.join(' ')})`;
  if (completes === undefined) return ' ';
  return completes === 'file' ? '_files' : '_files -/';
}

/** In a spec, a bracket ends the description and a colon ends the message. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function continued(words: readonly string[], indent: number): string {
  return words.join(` \\\n${' '.repeat(indent)}`);
}
