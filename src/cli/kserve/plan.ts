import { parse } from 'node:path';
import { usageError } from '#cli/command-failure.js';
import { findModel } from './find-model.js';
import type { Mounted } from './mounted-folder.js';
import { readWords, type Words } from './words.js';

/** Where KServe puts the files of a model. */
export const MODEL_FOLDER = '/mnt/models';

export const KSERVE_COMMAND = 'furiosa-kserve';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface PlanInput {
  /** The arguments of the container. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** What lies at a path. */
  look(path: string): Mounted;
}

/** Options that MLServer's variables stand for, which KServe sets. */
const MLSERVER_OPTIONS: Readonly<Record<string, string>> = {
  MLSERVER_HTTP_PORT: 'http-port',
  MLSERVER_GRPC_PORT: 'grpc-port',
};

/** What names models itself, so that no folder is looked at. */
const SOURCES: readonly string[] = ['model-config', 'model-repository', 'model-path'];

const CONTROL_MODE = 'model-control-mode';

/**
 * The words of `furiosa` that do what the arguments and the environment of a container ask for. Arguments go before
 * variables, and our variables before those of other servers. Words that begin with another command of ours, and those that
 * ask for help, stay as they are. Throws CommandFailure where no model is found.
 */
export function planCommand({ argv, env, look }: PlanInput): readonly string[] {
  const [first = ''] = argv;
  if (first !== 'server' && first !== '' && !first.startsWith('-')) return argv;
  const words = readWords(first === 'server' ? argv.slice(1) : argv);
  const rest = [...words.others, ...optionsOf(words, env)];
  if (words.names.has('help') || words.names.has('version')) return ['server', ...words.others];
  return ['server', ...modelOptions(words, env, look), ...rest];
}

/** Our options for the variables of others, where nothing of ours says the same. */
function optionsOf(words: Words, env: Environment): readonly string[] {
  const isOpen = (name: string): boolean => !isGiven(name, words, env);
  const ports = Object.entries(MLSERVER_OPTIONS).flatMap(([variable, name]) =>
    env[variable] && isOpen(name) ? [`--${name}=${env[variable]}`] : [],
  );
  return isLoadedLater(env) && isOpen(CONTROL_MODE) ? [...ports, `--${CONTROL_MODE}=explicit`] : ports;
}

function modelOptions(words: Words, env: Environment, look: PlanInput['look']): readonly string[] {
  const { known, names } = words;
  const path = known.get('model-path');
  if (path === undefined && SOURCES.some((option) => isGiven(option, words, env))) return [];
  const name = known.get('model-name') || env[variableOf('model-name')] || env['MLSERVER_MODEL_NAME'] || null;
  const place = path ?? (env['MLSERVER_MODEL_URI'] || MODEL_FOLDER);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return addressOptions(place, name);
  const found = look(place);
  if (found === null) {
    const help = 'mount the model there, or say where it is: --model-dir PATH';
    throw usageError(KSERVE_COMMAND, `there is no ${place}; ${help}`);
  }
  if (found === 'file') return fileOptions(place, name);
  // Whoever says when models are loaded has a repository, be it empty as yet.
  if (isGiven(CONTROL_MODE, words, env) || isLoadedLater(env)) return [`--model-repository=${place}`];
  const model = findModel(place, found, name);
  if (model.kind === 'fault') throw usageError(KSERVE_COMMAND, model.sentence);
  if (model.kind === 'repository') return [`--model-repository=${model.path}`];
  const isVersionFound = model.version !== null && !names.has('model-version');
  const version = isVersionFound ? [`--model-version=${model.version}`] : [];
  return [...fileOptions(model.path, name), ...version];
}

function isGiven(option: string, { names }: Words, env: Environment): boolean {
  return names.has(option) || Boolean(env[variableOf(option)]);
}

function isLoadedLater(env: Environment): boolean {
  return /^(false|0)$/i.test(env['MLSERVER_LOAD_MODELS_AT_STARTUP'] ?? '');
}

function fileOptions(path: string, name: string | null): readonly string[] {
  return [`--model-path=${path}`, `--model-name=${name ?? parse(path).name}`];
}

/** The address of a file, or of a repository. */
function addressOptions(address: string, name: string | null): readonly string[] {
  return /\.(onnx|tflite)$/.test(address) ? fileOptions(address, name) : [`--model-repository=${address}`];
}

function variableOf(option: string): string {
  return `FURIOSA_SERVER_${option.replaceAll('-', '_').toUpperCase()}`;
}
