import type { CommandOption, ProgramDescription } from '#cli/command-option.js';
import { descriptionOf, isFreeText, negationOf, type Place, placesOf, programNames } from './word-list.js';

/** The completion script for PowerShell, 5.1 and later: one native argument completer for all names of the program. */
export function powershellCompletion(program: ProgramDescription): string {
  const places = placesOf(program);
  return `# Completion of ${programNames(program).join(' and ')} for PowerShell.
# Written by: ${program.name} --show-completion powershell

Register-ArgumentCompleter -Native -CommandName ${programNames(program).map(quoted).join(', ')} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # What can stand at each place, with the text that is shown beside it.
    $words = @{
${places.map(placeEntry).join('\n')}
    }
    # What can follow an option. An empty list: anything, so there is nothing to offer. $null: a path.
    $values = @{
${places.flatMap(valueEntries).join('\n')}
    }
    $shortcuts = @{ ${program.shortcuts.map(({ name, command }) => `${quoted(name)} = ${quoted(command)}`).join('; ')} }

    # The words before the one that is being written.
    $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    if ($before.Count -eq 0) { return }
    $command = ''
    $program = [System.IO.Path]::GetFileNameWithoutExtension($before[0])
    if ($shortcuts.ContainsKey($program)) { $command = $shortcuts[$program] }
    elseif ($before.Count -gt 1 -and -not $before[1].StartsWith('-')) { $command = $before[1] }
    if ($before.Count -gt 2 -and $words.ContainsKey("$command $($before[2])")) { $command = "$command $($before[2])" }
    if (-not $words.ContainsKey($command)) { return }

    $prefix = ''
    $option = $before[-1]
    if ($wordToComplete -match '^(--[^=]+)=(.*)$') {
        $option = $Matches[1]
        $prefix = "$option="
        $wordToComplete = $Matches[2]
    }
    $place = "$command $option"
    $offered = $words[$command]
    if ($values.ContainsKey($place)) { $offered = $values[$place] }
    elseif ($prefix -ne '') { return }
    elseif (-not $wordToComplete.StartsWith('-') -and $values.ContainsKey("$command ")) { $offered = $values["$command "] }
    if ($null -eq $offered) {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete) | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($prefix + $_.CompletionText, $_.ListItemText, $_.ResultType, $_.ToolTip)
        }
        return
    }
    $offered | Where-Object { $_[0].StartsWith($wordToComplete, [System.StringComparison]::OrdinalIgnoreCase) } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($prefix + $_[0], $_[0], 'ParameterValue', $_[1])
    }
}
`;
}

function placeEntry({ command, commands, options }: Place): string {
  const pairs = [
    ...commands.map(({ name, summary }) => pair(name, summary)),
    ...options.flatMap((option) => {
      const shown = pair(`--${option.name}`, descriptionOf(option));
      return option.negatable === true ? [shown, pair(`--no-${option.name}`, negationOf(option))] : [shown];
    }),
  ];
  return `        ${quoted(command)} = @(\n${pairs.map((each) => `            ${each}`).join('\n')}\n        )`;
}

function valueEntries({ command, commands, options, argument }: Place): readonly string[] {
  const entries = options
    .filter(({ placeholder }) => placeholder !== null)
    .map((option) => `        ${quoted(`${command} --${option.name}`)} = ${valueList(option)}`);
  // Where commands can follow, they are offered in place of an argument.
  if (argument === null || commands.length > 0) return entries;
  const offered = argument.completes === undefined ? list(argument.choices ?? []) : '$null';
  return [...entries, `        ${quoted(`${command} `)} = ${offered}`];
}

function valueList(option: CommandOption): string {
  if (isFreeText(option)) return '@()';
  return option.choices === undefined ? '$null' : list(option.choices);
}

/** A comma before each pair keeps PowerShell from unrolling the pairs into one flat list. */
function list(words: readonly string[]): string {
  return `@(${words.map((word) => pair(word, word)).join(' ; ')})`;
}

function pair(word: string, text: string): string {
  return `,@(${quoted(word)}, ${quoted(text)})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
