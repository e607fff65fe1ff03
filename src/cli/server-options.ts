import { OPTIONS, type Option } from '#config/flags.js';
import type { OptionKey } from '#config/option-values.js';
import type { CommandOption } from './command-option.js';
import { COMPLETION_OPTIONS, HELP_OPTION, VERSION_OPTION } from './shared-options.js';

/** For tests of the configuration, by the environment alone: a host has only one `/dev`. */
const HIDDEN: ReadonlySet<OptionKey> = new Set(['devRoot', 'sysRoot']);

/** What the command line knows of an option beyond what the configuration says. */
const DETAILS: Partial<Record<OptionKey, Partial<CommandOption>>> = {
  modelPath: { completes: 'file' },
  modelConfig: { completes: 'file' },
  serverConfig: { completes: 'file' },
  authConfig: { completes: 'file' },
  httpRestrictedApi: { repeatable: true },
  grpcRestrictedProtocol: { repeatable: true },
  corsAllowOrigin: { repeatable: true },
  httpPort: { minimum: 0, maximum: 65535 },
  grpcPort: { minimum: 0, maximum: 65535 },
  batchSize: { minimum: 1 },
  workers: { minimum: 1 },
  threads: { minimum: 1 },
  drainDelaySeconds: { placeholder: 'SECONDS', minimum: 0 },
  hangTimeoutSeconds: { placeholder: 'SECONDS', minimum: 1 },
  maxBodyBytes: { minimum: 1 },
  maxQueueSize: { minimum: 1 },
  tlsCert: { completes: 'file' },
  tlsKey: { completes: 'file' },
  tlsClientCa: { completes: 'file' },
  tlsHstsSeconds: { minimum: 0 },
  grpcServerCert: { completes: 'file' },
  grpcServerKey: { completes: 'file' },
  grpcRootCert: { completes: 'file' },
  modelRepository: { repeatable: true, completes: 'file' },
  loadModel: { repeatable: true },
  repositoryPollSecs: { placeholder: 'SECONDS', minimum: 0.1 },
  modelLoadThreadCount: { minimum: 1 },
  modelLoadRetryCount: { minimum: 0 },
  modelCacheDir: { completes: 'file' },
  modelCacheSize: { minimum: 1 },
  weightCacheSize: { minimum: 1 },
  traceConfig: { repeatable: true },
  cacheConfig: { repeatable: true },
};

/** The options of `furiosa server`: those that the configuration reads, and those that the command answers itself. */
export const SERVER_OPTIONS: readonly CommandOption[] = [
  ...OPTIONS.filter(({ key }) => !HIDDEN.has(key)).map(commandOption),
  ...COMPLETION_OPTIONS,
  VERSION_OPTION,
  HELP_OPTION,
];

/** The option of the server that the configuration knows as `key`, for another command that takes it too. */
export function serverOption(key: OptionKey): CommandOption {
  const option = OPTIONS.find((each) => each.key === key);
  if (option === undefined) throw new Error(`there is no option ${key}. This is a bug.`);
  return commandOption(option);
}

function commandOption(option: Option): CommandOption {
  const name = option.flag.slice(2);
  const shared = { name, help: option.help };
  const details = DETAILS[option.key] ?? {};
  if (option.placeholder === 'BOOLEAN') {
    const byDefault = option.default === 'true' ? name : `no-${name}`;
    return { ...shared, placeholder: null, negatable: true, default: byDefault, ...details };
  }
  return {
    ...shared,
    placeholder: option.placeholder,
    ...(option.choices === null ? {} : { choices: option.choices }),
    ...(option.default === null ? {} : { default: option.default }),
    ...details,
  };
}
