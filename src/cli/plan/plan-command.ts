import { CLIENT_TLS_OPTIONS } from '#cli/client-tls.js';
import type { CommandDescription } from '#cli/command-option.js';
import { URL_OPTION } from '#cli/models/models-command.js';
import { API_KEY_OPTION, HELP_OPTION, JSON_OPTION } from '#cli/shared-options.js';

/** `furiosa plan`. */
export const PLAN: CommandDescription = {
  name: 'plan',
  summary: 'Tell how many servers a model needs for a load',
  options: [
    { name: 'rate', placeholder: 'TEXT', help: 'Requests that come: 500/s, 20/min or 1000/h' },
    {
      name: 'p99-ms',
      placeholder: 'MILLISECONDS',
      minimum: 0.001,
      help: 'How long 99 of 100 requests may take',
    },
    {
      name: 'cores',
      placeholder: 'INTEGER',
      minimum: 1,
      maximum: 1024,
      help: 'Cores that one server may have; else it is one like that which was measured',
    },
    {
      name: 'headroom',
      placeholder: 'INTEGER',
      minimum: 0,
      maximum: 1000,
      default: '0',
      help: 'Plan for so many percent more than the rate',
    },
    {
      name: 'spare',
      placeholder: 'INTEGER',
      minimum: 0,
      maximum: 100,
      default: '0',
      help: 'So many servers may be lost, and the others still do it',
    },
    {
      name: 'measure',
      placeholder: 'SECONDS',
      minimum: 2,
      maximum: 120,
      help: 'Put load on the server for so long and learn what the model costs',
    },
    {
      name: 'request',
      placeholder: 'FILENAME',
      completes: 'file',
      help: 'A JSON file with the request to measure with; else one row of zeros',
    },
    {
      name: 'profile',
      placeholder: 'FILENAME',
      completes: 'file',
      help: 'A file that --save wrote, in place of a server',
    },
    {
      name: 'save',
      placeholder: 'FILENAME',
      completes: 'file',
      help: 'Write what the model costs to a file',
    },
    URL_OPTION,
    ...CLIENT_TLS_OPTIONS,
    API_KEY_OPTION,
    JSON_OPTION,
    HELP_OPTION,
  ],
  argument: { placeholder: 'NAME', required: false },
  strayArgumentHint: 'one model is planned at a time',
};
