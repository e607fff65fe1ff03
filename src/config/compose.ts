import { resolve } from 'node:path';
import type { Policy } from '#access/policy.js';
import type { CacheOptions, RedisOptions } from '#cache/options.js';
import { type ControlOptions, DEFAULT_CONTROL } from '#control/options.js';
import { DEFAULT_DEVICE_OPTIONS, type DeviceOptions } from '#device/options.js';
import type { SharingOptions } from '#device/share-weights.js';
import { NO_RETRY } from '#lifecycle/retry.js';
import { DEFAULT_STORE_OPTIONS, type StoreOptions } from '#store/options.js';
import { composeLimits } from './compose-limits.js';
import { composeTrace } from './compose-trace.js';
import type { Environment, Given, GivenOptions } from './given.js';
import { isAddress } from './paths.js';
import { planTls } from './plan-tls.js';
import type { ServerFile } from './server-file.js';
import type { Settings } from './settings.js';

const SERVER_NAME = 'furiosa-server';
const DEFAULT_HOST = '0.0.0.0';
const DEFAULT_HTTP_PORT = 8080;
const DEFAULT_GRPC_PORT = 8081;
/** Bodies are JSON mostly, where a tensor takes about four times its bytes; Triton allows 64 MiB. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;
const BODY_TIMEOUT_MS = 60_000;
/** Triton's. */
const MAX_LOADS = 4;
const MAX_QUEUE_SIZE = 1024;
const HANG_TIMEOUT_SECONDS = 30;
const DRAIN_TIMEOUT_MS = 30_000;
/** Where models keep answers and nothing says where: enough for many small ones. */
export const USUAL_CACHE: CacheOptions = { localBytes: 64 * 1024 * 1024, redis: null };
const REDIS_PORT = 6379;
/** Triton's. */
const METRICS_INTERVAL_MS = 2000;

export interface ComposeInput {
  readonly given: GivenOptions;
  readonly file: ServerFile;
  /** Of the file about who may do what; null where there is none. */
  readonly policy: Policy | null;
  /** Where relative roots of the server file start; null when there is none. */
  readonly fileFolder: string | null;
  readonly cwd: string;
  readonly productVersion: string;
  readonly env: Environment;
}

/** The settings that are not about a single model: option or variable, else server file, else default. */
export function composeSettings(
  input: ComposeInput,
): Omit<Settings, 'models' | 'modelDefaults' | 'warnings'> {
  const { given, file, productVersion } = input;
  return {
    server: {
      name: file.serverName ?? SERVER_NAME,
      version: file.serverVersion ?? productVersion,
      extensions: file.extensions ?? [],
    },
    rest: {
      host: pick(given.host, file.host, DEFAULT_HOST),
      port: pick(given.httpPort, file.port, DEFAULT_HTTP_PORT),
      maxBodyBytes: pick(given.maxBodyBytes, file.maxBodyBytes, MAX_BODY_BYTES),
      bodyTimeoutMs: file.bodyTimeoutMs ?? BODY_TIMEOUT_MS,
      corsOrigins: pick(given.corsAllowOrigin, null, []),
    },
    access: {
      policy: input.policy,
      http: pick(given.httpRestrictedApi, null, []),
      grpc: pick(given.grpcRestrictedProtocol, null, []),
    },
    grpc: composeGrpc(given, file),
    tls: planTls(input),
    log: {
      level: pick(given.logLevel, file.logLevel, file.debug ? 'DEBUG' : 'INFO'),
      format: pick(given.logFormat, file.logFormat, 'auto'),
      requests: pick(given.logRequests, file.logRequests, 'off'),
    },
    metrics: composeMetrics(input),
    trace: composeTrace(input),
    cache: composeCache(input),
    control: composeControl(input),
    loading: {
      maxLoads: pick(given.modelLoadThreadCount, null, MAX_LOADS),
      retry: { ...NO_RETRY, count: pick(given.modelLoadRetryCount, null, NO_RETRY.count) },
    },
    repositories: composeRepositories(input),
    store: composeStore(input),
    weightSharing: composeWeightSharing(input),
    allowModelUpload: pick(given.allowModelUpload, null, false),
    devices: composeDevices(input),
    limits: composeLimits(given, file.limits),
    maxQueueSize: pick(given.maxQueueSize, file.maxQueueSize, MAX_QUEUE_SIZE),
    strictReadiness: pick(given.strictReadiness, file.strictReadiness, true),
    exitOnError: pick(given.exitOnError, file.exitOnError, false),
    listenWhenReady: pick(given.listenWhenReady, null, false),
    hangTimeoutMs: Math.round(pick(given.hangTimeoutSeconds, null, HANG_TIMEOUT_SECONDS) * 1000),
    drainDelayMs: Math.round(pick(given.drainDelaySeconds, file.drainDelaySeconds, 0) * 1000),
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    allowClientShm: pick(given.allowClientShm, file.allowClientShm, false),
    hasDashboard: pick(given.ui, null, true),
  };
}

function composeControl({ given, file }: Pick<ComposeInput, 'given' | 'file'>): ControlOptions {
  const seconds = pick(given.repositoryPollSecs, null, DEFAULT_CONTROL.pollMs / 1000);
  return {
    mode: pick(given.modelControlMode, null, DEFAULT_CONTROL.mode),
    startWith: startWith(given, file),
    pollMs: Math.round(seconds * 1000),
  };
}

/** As Triton: who says `explicit` and names no model wants none; who says nothing wants all. */
function startWith(
  { loadModel, modelControlMode }: GivenOptions,
  file: ServerFile,
): readonly string[] | null {
  const named = loadModel?.value ?? null;
  if (named !== null) return named.includes('*') ? null : named;
  if (modelControlMode?.value === 'explicit') return [];
  return (file.autoload ?? true) ? null : [];
}

/** What the stores read of the environment; the rest of it is nobody's business. */
const STORE_VARIABLES = [
  'HF_TOKEN',
  'HF_ENDPOINT',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'STORAGE_EMULATOR_HOST',
];

function composeStore({ given, cwd, env }: Pick<ComposeInput, 'given' | 'cwd' | 'env'>): StoreOptions {
  return {
    ...DEFAULT_STORE_OPTIONS,
    cacheFolder: cacheFolderOf({ given, cwd, env }),
    maxCacheBytes: pick(given.modelCacheSize, null, DEFAULT_STORE_OPTIONS.maxCacheBytes),
    environment: Object.fromEntries(STORE_VARIABLES.map((name) => [name, env[name]])),
  };
}

function composeWeightSharing(input: Pick<ComposeInput, 'given' | 'cwd' | 'env'>): SharingOptions {
  const { given } = input;
  return {
    mode: pick(given.weightSharing, null, 'auto'),
    folder: resolve(cacheFolderOf(input), 'prepared'),
    maxBytes: pick(given.weightCacheSize, null, DEFAULT_WEIGHT_CACHE_BYTES),
  };
}

const DEFAULT_WEIGHT_CACHE_BYTES = 20 * 1024 ** 3;

function cacheFolderOf({ given, cwd, env }: Pick<ComposeInput, 'given' | 'cwd' | 'env'>): string {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = env;
  const usual = XDG_CACHE_HOME || (HOME && resolve(HOME, '.cache')) || LOCALAPPDATA || '.cache';
  return resolve(cwd, pick(given.modelCacheDir, null, resolve(cwd, usual, 'furiosa-server')));
}

function composeRepositories({ given, cwd }: Pick<ComposeInput, 'given' | 'cwd'>): Settings['repositories'] {
  return (given.modelRepository?.value ?? []).map((root) => (isAddress(root) ? root : resolve(cwd, root)));
}

/** The limits are those of REST: the same requests come either way. */
function composeGrpc(given: GivenOptions, file: ServerFile): Settings['grpc'] {
  const port = pick(given.grpcPort, file.grpcPort, DEFAULT_GRPC_PORT);
  if (port === 0) return null;
  return {
    host: pick(given.host, file.grpcHost, DEFAULT_HOST),
    port,
    maxMessageBytes: pick(given.maxBodyBytes, file.maxBodyBytes, MAX_BODY_BYTES),
    messageTimeoutMs: file.bodyTimeoutMs ?? BODY_TIMEOUT_MS,
    responseCompression: pick(given.grpcCompression, file.grpcCompression, 'none'),
  };
}

/** Null where nothing is said of it. */
function composeCache({ given, file }: Pick<ComposeInput, 'given' | 'file'>): CacheOptions | null {
  const option = given.cacheConfig?.value ?? null;
  const localBytes = option?.localBytes ?? file.cache?.localBytes ?? 0;
  const redis = composeRedis({ given, file });
  return localBytes === 0 && redis === null ? null : { localBytes, redis };
}

function composeRedis({ given, file }: Pick<ComposeInput, 'given' | 'file'>): RedisOptions | null {
  const option = given.cacheConfig?.value?.redis ?? null;
  const written = file.cache?.redis ?? null;
  const host = option?.host ?? written?.host ?? null;
  if (host === null) return null;
  return {
    host,
    port: option?.port ?? written?.port ?? REDIS_PORT,
    username: option?.username ?? written?.username ?? null,
    password: option?.password ?? written?.password ?? null,
    db: option?.db ?? written?.db ?? 0,
    tls: option?.tls ?? written?.tls ?? false,
  };
}

function composeMetrics({ given, file }: Pick<ComposeInput, 'given' | 'file'>): Settings['metrics'] {
  const port = pick(given.metricsPort, file.metricsPort, 0);
  return {
    isOn: pick(given.allowMetrics, file.allowMetrics, true),
    port: port === 0 ? null : port,
    intervalMs: pick(given.metricsIntervalMs, file.metricsIntervalMs, METRICS_INTERVAL_MS),
  };
}

/** Where devices are looked for: the one part of the settings that must be known before the models are read. */
export function composeDevices({
  given,
  file,
  fileFolder,
  cwd,
}: Omit<ComposeInput, 'policy' | 'productVersion' | 'env'>): DeviceOptions {
  const rootOf = (option: Given<string> | null, written: string | null, otherwise: string): string => {
    if (option?.value !== undefined) return resolve(cwd, option.value);
    return written === null ? otherwise : resolve(fileFolder ?? cwd, written);
  };
  return {
    devRoot: rootOf(given.devRoot, file.devRoot, DEFAULT_DEVICE_OPTIONS.devRoot),
    sysRoot: rootOf(given.sysRoot, file.sysRoot, DEFAULT_DEVICE_OPTIONS.sysRoot),
    procRoot: DEFAULT_DEVICE_OPTIONS.procRoot,
    simulate: pick(given.simulate, file.simulate, DEFAULT_DEVICE_OPTIONS.simulate),
  };
}

/** The precedence, in one line. */
function pick<T>(option: Given<T> | null, written: T | null, otherwise: T): T {
  return option?.value ?? written ?? otherwise;
}
