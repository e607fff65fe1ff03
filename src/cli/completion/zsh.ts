import type { CommandOption, ProgramDescription } from '#cli/command-option.js';
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
_${name}_commands() {
  local -a known=(
${program.commands.map((command) => `    ${quoted(`${command.name}:${command.summary}`)}`).join('\n')}
  )
  _describe -t commands command known
}

_${name}() {
  local curcontext="$curcontext" state line ret=1
  local -A opt_args
  case $service in
${program.shortcuts.map((shortcut) => `    ${shortcut.name}) _${name}_${shortcut.command}; return ;;`).join('\n')}
  esac
  _arguments -C ${continued([...specs(root?.options ?? []), `'1: :_${name}_commands'`, "'*:: :->arguments'"], 4)} && ret=0
  [[ $state == arguments ]] || return ret
  case $words[1] in
${places.map(({ command }) => `    ${command}) _${name}_${command} && ret=0 ;;`).join('\n')}
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

function placeFunction(program: string, { command, options, argument }: Place): string {
  const argumentSpecs =
    argument === null
      ? []
      : [quoted(`1:${argument.placeholder}:${action(argument.choices, argument.completes)}`)];
  return `_${program}_${command}() {
  _arguments ${continued([...specs(options), ...argumentSpecs], 4)}
}
`;
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
