import type { LOG_LEVELS } from '#core/log.js';
import type { CommandOption } from './command-option.js';
import { COMPLETION_OPTIONS, HELP_OPTION, SIMULATE_OPTION, VERSION_OPTION } from './shared-options.js';

/** The log levels in the order in which the original's help lists them. */
const LOG_LEVEL_CHOICES = [
  'ERROR',
  'INFO',
  'WARN',
  'DEBUG',
  'TRACE',
] as const satisfies (typeof LOG_LEVELS)[number][];

/**
 * The options of `furiosa server`: first the original's, in its order and its words, then ours.
 * Two slips of the original are mended: the default `LogLevel.INFO` is `INFO`, and `--server-config` has its own text.
 */
export const SERVER_OPTIONS: readonly CommandOption[] = [
  { name: 'log-level', placeholder: 'LEVEL', choices: LOG_LEVEL_CHOICES, default: 'INFO', help: '' },
  {
    name: 'model-path',
    placeholder: 'TEXT',
    completes: 'file',
    help: 'Path to Model file (tflite, onnx are supported)',
  },
  { name: 'model-name', placeholder: 'TEXT', help: 'Model name used in URL path' },
  { name: 'model-version', placeholder: 'TEXT', default: 'default', help: 'Model version used in URL path' },
  { name: 'host', placeholder: 'TEXT', default: '0.0.0.0', help: 'IP address to bind' },
  {
    name: 'http-port',
    placeholder: 'INTEGER',
    minimum: 0,
    maximum: 65535,
    default: '8080',
    help: 'HTTP port to listen to requests',
  },
  {
    name: 'model-config',
    placeholder: 'FILENAME',
    completes: 'file',
    help: 'Path to a config file about models with specific configurations',
  },
  {
    name: 'server-config',
    placeholder: 'FILENAME',
    completes: 'file',
    help: 'Path to a config file about the server',
  },
  {
    name: 'platform',
    placeholder: 'PLATFORM',
    choices: ['npu', 'cpu', 'cuda'],
    help: 'Platform of the model; npu where an NPU is found, else cpu, unless --device says',
  },
  {
    name: 'device',
    placeholder: 'TEXT',
    help: 'Device selector of the model, for instance warboy(1)*1 or cpu(2)*1',
  },
  {
    name: 'batch-size',
    placeholder: 'INTEGER',
    minimum: 1,
    help: "Multiplies the first axis of the model's inputs and outputs",
  },
  { name: 'workers', placeholder: 'INTEGER', minimum: 1, help: 'Copies of the model per device' },
  {
    name: 'threads',
    placeholder: 'INTEGER',
    minimum: 1,
    help: 'Threads that one run may use, for models whose configuration does not say',
  },
  {
    name: 'strict',
    placeholder: null,
    negatable: true,
    default: 'no-strict',
    help: "Inputs must carry the model's own names and exact shapes",
  },
  {
    name: 'strict-readiness',
    placeholder: null,
    negatable: true,
    default: 'strict-readiness',
    help: 'Ready only when every model is ready; else as soon as one is',
  },
  {
    name: 'exit-on-error',
    placeholder: null,
    negatable: true,
    default: 'no-exit-on-error',
    help: 'End with status 1 when a model cannot be loaded at the start',
  },
  {
    name: 'drain-delay',
    placeholder: 'SECONDS',
    minimum: 0,
    default: '0',
    help: 'Seconds to go on serving after SIGTERM turned readiness off',
  },
  {
    name: 'max-body-bytes',
    placeholder: 'INTEGER',
    minimum: 1,
    default: '268435456',
    help: 'Largest request body in bytes',
  },
  {
    name: 'max-queue-size',
    placeholder: 'INTEGER',
    minimum: 1,
    default: '1024',
    help: 'Requests that one model version may hold waiting',
  },
  {
    name: 'log-format',
    placeholder: 'FORMAT',
    choices: ['auto', 'pretty', 'json'],
    default: 'auto',
    help: 'Format of the log; auto is pretty on a terminal, else json',
  },
  SIMULATE_OPTION,
  ...COMPLETION_OPTIONS,
  VERSION_OPTION,
  HELP_OPTION,
];
