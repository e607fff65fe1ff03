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
    help: 'Where the model of --model-path runs; npu where an NPU is found, else cpu',
  },
  {
    name: 'device',
    placeholder: 'TEXT',
    help: 'Device of the model of --model-path, such as warboy(2)*1, npu:0:1, cpu(4)*2 or cuda:0',
  },
  {
    name: 'batch-size',
    placeholder: 'INTEGER',
    minimum: 1,
    help: 'Batch size of the model of --model-path',
  },
  { name: 'workers', placeholder: 'INTEGER', minimum: 1, help: 'Workers of the model of --model-path' },
  {
    name: 'threads',
    placeholder: 'INTEGER',
    minimum: 1,
    help: 'CPU threads shared out over all models; what the container may use, if not given',
  },
  {
    name: 'strict',
    placeholder: null,
    help: "Refuse requests whose names or shapes differ from the model's even harmlessly",
  },
  {
    name: 'log-format',
    placeholder: 'FORMAT',
    choices: ['auto', 'pretty', 'json'],
    default: 'auto',
    help: 'How log lines look; auto is pretty on a terminal and json elsewhere',
  },
  {
    name: 'strict-readiness',
    placeholder: null,
    negatable: true,
    default: 'strict-readiness',
    help: 'Ready means that every model is ready, not only one',
  },
  {
    name: 'exit-on-error',
    placeholder: null,
    help: 'End with status 1 when a model cannot be loaded at the start',
  },
  {
    name: 'drain-delay',
    placeholder: 'SECONDS',
    minimum: 0,
    help: 'How long requests are still taken after SIGTERM turned readiness off',
  },
  {
    name: 'max-body-bytes',
    placeholder: 'INTEGER',
    minimum: 1,
    help: 'Refuse larger request bodies with 413',
  },
  {
    name: 'max-queue-size',
    placeholder: 'INTEGER',
    minimum: 1,
    help: 'Requests that one model version may hold waiting; more are refused with 503',
  },
  SIMULATE_OPTION,
  ...COMPLETION_OPTIONS,
  VERSION_OPTION,
  HELP_OPTION,
];
