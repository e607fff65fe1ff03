import { CLIENT_TLS_OPTIONS } from '#cli/client-tls.js';
import type { CommandArgument, CommandDescription, CommandOption } from '#cli/command-option.js';
import { API_KEY_OPTION, HELP_OPTION, JSON_OPTION } from '#cli/shared-options.js';
import { DEFAULT_URL } from './managed-server.js';

export const URL_OPTION: CommandOption = {
  name: 'url',
  placeholder: 'URL',
  default: DEFAULT_URL,
  help: 'Address of the running server; else FURIOSA_SERVER_URL',
};

const NAME: CommandArgument = { placeholder: 'NAME', required: true };

const list: CommandDescription = {
  name: 'list',
  summary: 'Show the models and their versions (the default)',
  options: [
    URL_OPTION,
    ...CLIENT_TLS_OPTIONS,
    API_KEY_OPTION,
    JSON_OPTION,
    { name: 'wide', placeholder: null, help: 'Show platform, instances, traffic, policy and source, too' },
    HELP_OPTION,
  ],
  argument: { ...NAME, required: false },
  strayArgumentHint: 'one model or all of them are shown',
};

const load: CommandDescription = {
  name: 'load',
  summary: 'Load a model, and wait until it is ready',
  options: [
    URL_OPTION,
    ...CLIENT_TLS_OPTIONS,
    API_KEY_OPTION,
    { name: 'force', placeholder: null, help: 'Load versions anew that are ready already' },
    {
      name: 'config',
      placeholder: 'FILENAME',
      completes: 'file',
      help: 'A JSON file with the configuration to load it with',
    },
    HELP_OPTION,
  ],
  argument: NAME,
  strayArgumentHint: 'one model is loaded at a time',
};

const unload: CommandDescription = {
  name: 'unload',
  summary: 'Unload a model, and wait until it is gone',
  options: [
    URL_OPTION,
    ...CLIENT_TLS_OPTIONS,
    API_KEY_OPTION,
    { name: 'with-dependents', placeholder: null, help: 'Unload the ensembles that need it, too' },
    {
      name: 'timeout',
      placeholder: 'SECONDS',
      minimum: 0,
      default: '60',
      help: 'How long to wait for requests in flight',
    },
    HELP_OPTION,
  ],
  argument: NAME,
  strayArgumentHint: 'one model is unloaded at a time',
};

const plan: CommandDescription = {
  name: 'plan',
  summary: 'Show what reload would do',
  options: [URL_OPTION, ...CLIENT_TLS_OPTIONS, API_KEY_OPTION, HELP_OPTION],
};

const reload: CommandDescription = {
  name: 'reload',
  summary: 'Apply the changed configuration, whole or not at all',
  options: [URL_OPTION, ...CLIENT_TLS_OPTIONS, API_KEY_OPTION, HELP_OPTION],
};

/** `furiosa models`, which is `furiosa models list` where none of its commands follows. */
export const MODELS: CommandDescription = {
  ...list,
  name: 'models',
  summary: 'Show, load and unload the models of a running server',
  commands: [list, load, unload, plan, reload],
};
