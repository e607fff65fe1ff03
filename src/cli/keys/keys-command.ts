import type { CommandDescription } from '#cli/command-option.js';
import { HELP_OPTION, JSON_OPTION } from '#cli/shared-options.js';

const newKey: CommandDescription = {
  name: 'new',
  summary: 'Make a new API key and show it, once',
  options: [
    {
      name: 'role',
      placeholder: 'TEXT',
      repeatable: true,
      help: 'What whoever has it may do, as the file names it; may be given several times',
    },
    JSON_OPTION,
    HELP_OPTION,
  ],
  argument: { placeholder: 'NAME', required: true },
  strayArgumentHint: 'one key is made at a time',
};

/** `furiosa keys`. */
export const KEYS: CommandDescription = {
  name: 'keys',
  summary: 'Make API keys for a server with --auth-config',
  options: [HELP_OPTION],
  commands: [newKey],
};
