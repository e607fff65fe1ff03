import { CLIENT_TLS_OPTIONS } from '#cli/client-tls.js';
import type { CommandDescription } from '#cli/command-option.js';
import { URL_OPTION } from '#cli/models/models-command.js';
import { API_KEY_OPTION, HELP_OPTION } from '#cli/shared-options.js';

/** `furiosa top`. */
export const TOP: CommandDescription = {
  name: 'top',
  summary: 'Show what the models of a running server do, as it happens',
  options: [
    URL_OPTION,
    ...CLIENT_TLS_OPTIONS,
    API_KEY_OPTION,
    {
      name: 'interval',
      placeholder: 'SECONDS',
      minimum: 0.1,
      maximum: 3600,
      default: '2',
      help: 'How long from one look to the next',
    },
    { name: 'once', placeholder: null, help: 'Print one table and end' },
    {
      name: 'count',
      placeholder: 'INTEGER',
      minimum: 1,
      help: 'Print so many tables, one after the other, and end',
    },
    { name: 'json', placeholder: null, help: 'Print a line of JSON for each look instead of tables' },
    HELP_OPTION,
  ],
  strayArgumentHint: 'a running server is given by --url',
};
