import { ENV_PREFIX, OPTIONS, optionOf } from './flags.js';
import { scalarSpot } from './node.js';
import type { Flags, OptionKey, OptionValues } from './option-values.js';
import { optionPlace, type Place } from './problem.js';
import type { Report } from './report.js';
import { didYouMean } from './schema.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** An option that somebody gave. */
export interface Given<T> {
  /** Undefined when it could not be read, which was reported. */
  readonly value: T | undefined;
  readonly from: 'flag' | 'environment';
  /** `--http-port` or `FURIOSA_SERVER_HTTP_PORT`. */
  readonly spelling: string;
  readonly place: Place;
}

export type GivenOptions = { readonly [K in OptionKey]: Given<OptionValues[K]> | null };

/** Reads every option: the flag, else its variable, else null. A variable that is set to nothing is not set. */
export function readOptions(flags: Flags, env: Environment, report: Report): GivenOptions {
  warnOfMistypedVariables(env, report);
  const read = <K extends OptionKey>(key: K): Given<OptionValues[K]> | null => {
    const { flag, env: variable, schema } = optionOf(key);
    const written = flags[key] ?? (env[variable] || undefined);
    const text = Array.isArray(written) ? written.join(',') : written;
    if (text === undefined) return null;
    const fromFlag = flags[key] !== undefined;
    const spelling = fromFlag ? flag : variable;
    const place = optionPlace(spelling);
    if (!fromFlag && String(text).startsWith('tcp://')) {
      report.problem(place, SERVICE_LINK);
      return { value: undefined, from: 'environment', spelling, place };
    }
    const value = schema.read(scalarSpot(String(text), place), report);
    return { value, from: fromFlag ? 'flag' : 'environment', spelling, place };
  };
  return {
    logLevel: read('logLevel'),
    modelPath: read('modelPath'),
    modelName: read('modelName'),
    modelVersion: read('modelVersion'),
    host: read('host'),
    httpPort: read('httpPort'),
    grpcPort: read('grpcPort'),
    modelConfig: read('modelConfig'),
    serverConfig: read('serverConfig'),
    modelRepository: read('modelRepository'),
    modelControlMode: read('modelControlMode'),
    loadModel: read('loadModel'),
    repositoryPollSecs: read('repositoryPollSecs'),
    modelLoadThreadCount: read('modelLoadThreadCount'),
    modelLoadRetryCount: read('modelLoadRetryCount'),
    allowModelUpload: read('allowModelUpload'),
    modelCacheDir: read('modelCacheDir'),
    weightSharing: read('weightSharing'),
    weightCacheSize: read('weightCacheSize'),
    modelCacheSize: read('modelCacheSize'),
    platform: read('platform'),
    device: read('device'),
    batchSize: read('batchSize'),
    workers: read('workers'),
    threads: read('threads'),
    isolation: read('isolation'),
    strict: read('strict'),
    strictReadiness: read('strictReadiness'),
    exitOnError: read('exitOnError'),
    drainDelaySeconds: read('drainDelaySeconds'),
    listenWhenReady: read('listenWhenReady'),
    supervise: read('supervise'),
    hangTimeoutSeconds: read('hangTimeoutSeconds'),
    maxBodyBytes: read('maxBodyBytes'),
    maxInflightBytes: read('maxInflightBytes'),
    maxQueueSize: read('maxQueueSize'),
    grpcCompression: read('grpcCompression'),
    allowClientShm: read('allowClientShm'),
    tlsCert: read('tlsCert'),
    tlsKey: read('tlsKey'),
    tlsClientCa: read('tlsClientCa'),
    tlsClientAuth: read('tlsClientAuth'),
    tlsHstsSeconds: read('tlsHstsSeconds'),
    grpcUseSsl: read('grpcUseSsl'),
    grpcUseSslMutual: read('grpcUseSslMutual'),
    grpcServerCert: read('grpcServerCert'),
    grpcServerKey: read('grpcServerKey'),
    grpcRootCert: read('grpcRootCert'),
    authConfig: read('authConfig'),
    httpRestrictedApi: read('httpRestrictedApi'),
    grpcRestrictedProtocol: read('grpcRestrictedProtocol'),
    corsAllowOrigin: read('corsAllowOrigin'),
    ui: read('ui'),
    allowMetrics: read('allowMetrics'),
    metricsPort: read('metricsPort'),
    metricsIntervalMs: read('metricsIntervalMs'),
    logFormat: read('logFormat'),
    logRequests: read('logRequests'),
    traceConfig: read('traceConfig'),
    cacheConfig: read('cacheConfig'),
    simulate: read('simulate'),
    devRoot: read('devRoot'),
    sysRoot: read('sysRoot'),
  };
}

/** Kubernetes sets NAME_PORT=tcp://… in every pod beside a Service called NAME. */
const SERVICE_LINK =
  'holds the address of a Kubernetes Service, not an option of this server; ' +
  'rename the Service or set enableServiceLinks: false';

/** What Kubernetes sets for a Service called furiosa-server; nobody mistyped these. */
const SERVICE_VARIABLE = /^(SERVICE_HOST|SERVICE_PORT|PORT)(_|$)/;

function warnOfMistypedVariables(env: Environment, report: Report): void {
  const known = OPTIONS.map((option) => option.env.slice(ENV_PREFIX.length));
  for (const name of Object.keys(env).filter((name) => name.startsWith(ENV_PREFIX))) {
    const word = name.slice(ENV_PREFIX.length);
    const hint = known.includes(word) || SERVICE_VARIABLE.test(word) ? '' : didYouMean(word, known);
    if (hint === '') continue;
    report.warning(optionPlace(name), `no such option${hint.replace('"', `"${ENV_PREFIX}`)}`);
  }
}
