import type { CommandOption } from './command-option.js';

/** The shells that completion is written for. `pwsh` is PowerShell 6 and later, `powershell` the one before. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell', 'pwsh'] as const;
export type Shell = (typeof SHELLS)[number];

export const HELP_OPTION: CommandOption = {
  name: 'help',
  placeholder: null,
  help: 'Show this message and exit.',
};

export const VERSION_OPTION: CommandOption = {
  name: 'version',
  placeholder: null,
  help: 'Show the version and exit.',
};

/** Worded as the original words them. */
export const COMPLETION_OPTIONS: readonly CommandOption[] = [
  {
    name: 'install-completion',
    placeholder: 'SHELL',
    choices: SHELLS,
    valueOptional: true,
    help: 'Install completion for the specified shell.',
  },
  {
    name: 'show-completion',
    placeholder: 'SHELL',
    choices: SHELLS,
    valueOptional: true,
    help: 'Show completion for the specified shell, to copy it or customize the installation.',
  },
];

export const JSON_OPTION: CommandOption = {
  name: 'json',
  placeholder: null,
  help: 'Print JSON for machines instead of a table.',
};

export const API_KEY_OPTION: CommandOption = {
  name: 'api-key',
  placeholder: 'TEXT',
  help: 'Key to the server; better FURIOSA_API_KEY, which others do not see',
};
