import { KEYS } from '#cli/keys/keys-command.js';
import { MODELS } from '#cli/models/models-command.js';
import { PLAN } from '#cli/plan/plan-command.js';
import { TOP } from '#cli/top/top-command.js';
import { CLIENT_TLS_OPTIONS } from './client-tls.js';
import type { CommandDescription, ProgramDescription } from './command-option.js';
import { SERVER_OPTIONS, serverOption } from './server-options.js';
import {
  API_KEY_OPTION,
  COMPLETION_OPTIONS,
  HELP_OPTION,
  JSON_OPTION,
  VERSION_OPTION,
} from './shared-options.js';

const server: CommandDescription = {
  name: 'server',
  summary: 'Start serving models from FuriosaAI model server',
  options: SERVER_OPTIONS,
  strayArgumentHint: 'a model file is given by --model-path',
};

const devices: CommandDescription = {
  name: 'devices',
  summary: 'List the devices that models can run on',
  options: [
    JSON_OPTION,
    serverOption('simulate'),
    {
      name: 'url',
      placeholder: 'URL',
      help: 'Ask a running server, such as http://localhost:8080, instead of this host',
    },
    ...CLIENT_TLS_OPTIONS,
    API_KEY_OPTION,
    HELP_OPTION,
  ],
  strayArgumentHint: 'a running server is given by --url',
};

const inspect: CommandDescription = {
  name: 'inspect',
  summary: 'Show what a model file expects, answers and contains',
  options: [JSON_OPTION, HELP_OPTION],
  argument: { placeholder: 'MODEL', required: true, completes: 'file' },
  strayArgumentHint: 'one model is inspected at a time',
};

const help: CommandDescription = {
  name: 'help',
  summary: 'Show the help of a command',
  options: [HELP_OPTION],
  argument: {
    placeholder: 'COMMAND',
    required: false,
    isPath: true,
    choices: ['server', 'models', 'top', 'plan', 'devices', 'inspect', 'keys'],
  },
};

/** The command `furiosa`, whole. */
export const FURIOSA: ProgramDescription = {
  name: 'furiosa',
  summary: 'Serve ONNX and TFLite models over the Open Inference Protocol',
  options: [...COMPLETION_OPTIONS, VERSION_OPTION, HELP_OPTION],
  commands: [server, MODELS, TOP, PLAN, devices, inspect, KEYS, help],
  shortcuts: [{ name: 'furiosa-server', command: 'server' }],
};
