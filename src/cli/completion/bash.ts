import type { CommandOption, ProgramDescription } from '#cli/command-option.js';
import { isFreeText, lowerCommands, optionWords, type Place, placesOf, programNames } from './word-list.js';

/**
 * The completion script for bash. Everything it offers is written into it: no process is started for a TAB.
 * It needs neither the bash-completion package nor a newer bash than the 3.2 of macOS.
 */
export function bashCompletion(program: ProgramDescription): string {
  const places = placesOf(program);
  const { name } = program;
  return `# Completion of ${programNames(program).join(' and ')} for bash.
# Written by: ${name} --show-completion bash

_${name}_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$2"))
}

_${name}_paths() {
  # Readline completes and quotes paths best itself. Before bash 4 it cannot be asked to.
  compopt -o "$1" 2>/dev/null && return
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$2"))
}

_${name}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command=''
  COMPREPLY=()
  # Bash takes --option=value apart into three words.
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $previous == '=' ]]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case "\${COMP_WORDS[0]##*/}" in
${program.shortcuts.map((shortcut) => `    ${shortcut.name}) command=${shortcut.command} ;;`).join('\n')}
    *) ((COMP_CWORD > 1)) && [[ \${COMP_WORDS[1]} != -* ]] && command="\${COMP_WORDS[1]}" ;;
  esac
  case "$command \${COMP_WORDS[2]}" in
    ${lowerCommands(program)
      .map((command) => `'${command}'`)
      .join(' | ')})
      ((COMP_CWORD > 2)) && command="$command \${COMP_WORDS[2]}" ;;
  esac
  case "$command $previous" in
${places.flatMap(valueCases(name)).join('\n')}
  esac
  # A colon, so that models is not taken for the beginning of models load.
  case "$command:$word" in
${places.flatMap(wordCases(program)).join('\n')}
  esac
}

complete -F _${name} ${programNames(program).join(' ')}
`;
}

/** What follows an option that takes a value. */
function valueCases(program: string): (place: Place) => readonly string[] {
  return ({ command, options }) => {
    const patterns = (chosen: readonly CommandOption[]): string =>
      chosen.map((option) => `'${command} --${option.name}'`).join(' | ');
    const files = options.filter(({ completes }) => completes === 'file');
    const directories = options.filter(({ completes }) => completes === 'directory');
    const free = options.filter(isFreeText);
    return [
      ...options
        .filter(({ choices }) => choices !== undefined)
        .map(
          (option) =>
            `    ${patterns([option])}) _${program}_words '${option.choices?.join(' ')}' "$word"; return ;;`,
        ),
      ...(files.length === 0 ? [] : [`    ${patterns(files)}) _${program}_paths default "$word"; return ;;`]),
      ...(directories.length === 0
        ? []
        : [`    ${patterns(directories)}) _${program}_paths dirnames "$word"; return ;;`]),
      ...(free.length === 0 ? [] : [`    ${patterns(free)}) return ;;`]),
    ];
  };
}

/** What else can stand there: an option after a dash, otherwise the argument or a command. */
function wordCases(program: ProgramDescription): (place: Place) => readonly string[] {
  return ({ command, commands, options, argument }) => {
    const otherwise =
      commands.length > 0
        ? wordsOf(commands.map(({ name }) => name))
        : argument?.choices !== undefined
          ? wordsOf(argument.choices)
          : argument?.completes === undefined
            ? wordsOf(optionWords(options))
            : `_${program.name}_paths ${argument.completes === 'file' ? 'default' : 'dirnames'} "$word"`;
    const afterDash = wordsOf(optionWords(options));
    return [
      ...(afterDash === otherwise ? [] : [`    '${command}:'-*) ${afterDash} ;;`]),
      `    '${command}:'*) ${otherwise} ;;`,
    ];
  };

  function wordsOf(words: readonly string[]): string {
    return `_${program.name}_words '${words.join(' ')}' "$word"`;
  }
}
