import type { LogLevel } from '#core/log.js';
import type { RequestShare } from '#core/request-share.js';
import type { WallKind } from '#device/isolation.js';
import { type CacheConfig, cacheBlock } from './cache-config.js';
import { type At, list, mapping } from './collections.js';
import { isolation } from './isolation-keys.js';
import { type LimitsEntry, limitsBlock } from './limit-keys.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { boolean, integer } from './scalars.js';
import { type Keys, optional, type Schema, type ValuesOf } from './schema.js';
import { type TlsConfig, tlsBlock } from './tls-config.js';
import { type TraceConfig, traceBlock } from './trace-config.js';
import {
  type CompressionLevel,
  compression,
  drainSeconds,
  intervalMs,
  logFormat,
  logLevel,
  nonEmpty,
  port,
  requestShare,
  type Simulation,
  simulation,
} from './values.js';

/** What the server file says; null where it says nothing. */
export interface ServerFile {
  readonly serverName: string | null;
  readonly serverVersion: string | null;
  readonly extensions: readonly string[] | null;
  readonly autoload: boolean | null;
  /** The folder whose model lists are served too. */
  readonly registry: { readonly root: string; readonly place: Place } | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly grpcHost: string | null;
  readonly grpcPort: number | null;
  readonly grpcCompression: CompressionLevel | null;
  readonly debug: boolean;
  readonly simulate: Simulation | null;
  readonly devRoot: string | null;
  readonly sysRoot: string | null;
  readonly logLevel: LogLevel | null;
  readonly logFormat: 'auto' | 'pretty' | 'json' | null;
  readonly allowMetrics: boolean | null;
  readonly metricsPort: number | null;
  readonly metricsIntervalMs: number | null;
  readonly logRequests: RequestShare | null;
  readonly trace: TraceConfig | null;
  readonly cache: CacheConfig | null;
  readonly maxBodyBytes: number | null;
  readonly maxQueueSize: number | null;
  readonly bodyTimeoutMs: number | null;
  /** All of the block `limits`, those above among it. */
  readonly limits: LimitsEntry | null;
  readonly isolation: WallKind | null;
  readonly strict: boolean | null;
  readonly strictReadiness: boolean | null;
  readonly exitOnError: boolean | null;
  readonly drainDelaySeconds: number | null;
  readonly allowClientShm: boolean | null;
  readonly tls: TlsConfig | null;
}

/** The file that says nothing. */
export const EMPTY_SERVER_FILE: ServerFile = {
  serverName: null,
  serverVersion: null,
  extensions: null,
  autoload: null,
  registry: null,
  host: null,
  port: null,
  grpcHost: null,
  grpcPort: null,
  grpcCompression: null,
  debug: false,
  simulate: null,
  devRoot: null,
  sysRoot: null,
  logLevel: null,
  logFormat: null,
  allowMetrics: null,
  metricsPort: null,
  metricsIntervalMs: null,
  logRequests: null,
  trace: null,
  cache: null,
  maxBodyBytes: null,
  maxQueueSize: null,
  bodyTimeoutMs: null,
  limits: null,
  isolation: null,
  strict: null,
  strictReadiness: null,
  exitOnError: null,
  drainDelaySeconds: null,
  allowClientShm: null,
  tls: null,
};

const anyWorkers = integer(1, 1_000_000);

const unusedWorkers = optional(
  anyWorkers,
  'Accepted as in the original; requests are not served by worker processes.',
  '1',
);

const restKeys = {
  host: optional(nonEmpty, 'IP address to bind.', '0.0.0.0'),
  port: optional(port, 'HTTP port to listen to; 0 lets the system choose.', '8080'),
  workers: unusedWorkers,
  debug: optional(boolean, 'true sets the log level to DEBUG unless a level is said.', 'false'),
};

const grpcKeys = {
  host: optional(nonEmpty, 'IP address to bind for gRPC.', '0.0.0.0'),
  port: optional(port, 'gRPC port to listen to; 0 turns gRPC off.', '8081'),
  infer_response_compression_level: optional(
    compression,
    'How hard large answers to inference are compressed, for clients that take them so.',
    'none',
  ),
  workers: unusedWorkers,
};

const deviceKeys = {
  simulate: optional(simulation, 'Whether software devices stand in for NPUs, and how many.', 'auto'),
  dev_root: optional(nonEmpty, 'The root of device files.', '/dev'),
  sys_root: optional(nonEmpty, 'The root of sysfs.', '/sys'),
};

const logKeys = {
  level: optional(logLevel, 'The least grave lines that are written.', 'INFO'),
  format: optional(logFormat, '`auto`: pretty on a terminal, else JSON.', 'auto'),
  requests: optional(
    requestShare,
    '[Requests that get a line each](logging.md#a-line-for-each-request): `off`, `errors`, `all`, or a number such as `0.01`.',
    'off',
  ),
};

const metricKeys = {
  allow: optional(boolean, 'Whether there are [metrics](metrics.md) at `/metrics`.', 'true'),
  port: optional(port, 'A port of their own; 0 leaves them on the HTTP port.', '0'),
  interval_ms: optional(
    intervalMs,
    'Figures of the host and its devices may be so many milliseconds old.',
    '2000',
  ),
};

const registryBlock = mapping(
  'a mapping with the key repository_root',
  {
    repository_root: optional(
      nonEmpty,
      'A folder; every `*.yaml` and `*.yml` in it that has a `model_config_list` is served too.',
    ),
  },
  ({ repository_root: root }, at) => ({
    registry: root === null ? null : { root, place: at('repository_root') },
  }),
);

const restBlock = mapping('a mapping with host and port', restKeys, (values, at, report) => {
  warnOfWorkers(values.workers, at('workers'), report);
  return values;
});

const grpcBlock = mapping('a mapping with host and port', grpcKeys, (values, at, report) => {
  warnOfWorkers(values.workers, at('workers'), report);
  return values;
});

function warnOfWorkers(workers: number | null, place: Place, report: Report): void {
  if (workers === null || workers === 1) return;
  const why = 'requests are not served by worker processes, and the copies of a model are set by worker_num';
  report.warning(place, `${workers} has no effect: ${why}`);
}

const keys = {
  server_name: optional(nonEmpty, 'What `GET /v2` calls the server.', 'furiosa-server'),
  server_version: optional(nonEmpty, 'What `GET /v2` calls the version.', "the product's"),
  extensions: optional(list(nonEmpty), 'Further names for `extensions` of `GET /v2`.', '[]'),
  initial_model_autoload: optional(boolean, 'Load every model at the start.', 'true'),
  intial_model_autoload: optional(boolean, 'The same, as the original spells it.'),
  file_registry_config: optional(registryBlock, 'Where further model lists are.'),
  rest_server_config: optional(restBlock, 'Where REST is served.'),
  grpc_server_config: optional(grpcBlock, 'Where gRPC is served.'),
  devices: optional(plain('a mapping of device options', deviceKeys), 'Where NPUs are looked for.'),
  log: optional(plain('a mapping with level, format and requests', logKeys), 'The log.'),
  metrics: optional(
    plain('a mapping with allow, port and interval_ms', metricKeys),
    'Metrics for Prometheus.',
  ),
  trace: optional(traceBlock, 'What is traced of requests.'),
  tls: optional(tlsBlock, '[TLS](tls.md) for all ports.'),
  response_cache: optional(cacheBlock, 'Where answers of models with `response_cache` are kept.'),
  limits: optional(
    limitsBlock,
    'What requests, connections and clients may ask of the server: [limits](limits.md).',
  ),
  isolation: optional(
    isolation,
    'Where models run that do not say it themselves: in [threads or processes](isolation.md).',
    'thread',
  ),
  strict: optional(boolean, "Inputs must carry the model's own names and exact shapes.", 'false'),
  strict_readiness: optional(
    boolean,
    'Ready only when every model is ready; else as soon as one is.',
    'true',
  ),
  exit_on_error: optional(boolean, 'End with status 1 when a model cannot be loaded at the start.', 'false'),
  drain_delay_seconds: optional(
    drainSeconds,
    'How long the server goes on serving after SIGTERM turned readiness off.',
    '0',
  ),
  allow_client_shm: optional(
    boolean,
    'Clients may [pass tensors in shared memory](shared-memory.md) of this host.',
    'false',
  ),
};

export const serverFile: Schema<ServerFile> = mapping('a mapping of server options', keys, build);

function build(values: ValuesOf<typeof keys>, at: At<typeof keys>, report: Report): ServerFile {
  const { rest_server_config: rest, grpc_server_config: grpc, devices, log, limits } = values;
  return {
    serverName: values.server_name,
    serverVersion: values.server_version,
    extensions: values.extensions,
    autoload: autoloadOf(values, at, report),
    registry: values.file_registry_config?.registry ?? null,
    host: rest?.host ?? null,
    port: rest?.port ?? null,
    grpcHost: grpc?.host ?? null,
    grpcPort: grpc?.port ?? null,
    grpcCompression: grpc?.infer_response_compression_level ?? null,
    debug: rest?.debug ?? false,
    simulate: devices?.simulate ?? null,
    devRoot: devices?.dev_root ?? null,
    sysRoot: devices?.sys_root ?? null,
    logLevel: log?.level ?? null,
    logFormat: log?.format ?? null,
    allowMetrics: values.metrics?.allow ?? null,
    metricsPort: values.metrics?.port ?? null,
    metricsIntervalMs: values.metrics?.interval_ms ?? null,
    logRequests: log?.requests ?? null,
    trace: values.trace,
    cache: values.response_cache,
    maxBodyBytes: limits?.max_body_bytes ?? null,
    maxQueueSize: limits?.max_queue_size ?? null,
    bodyTimeoutMs: limits?.body_timeout_ms ?? null,
    limits,
    isolation: values.isolation,
    strict: values.strict,
    strictReadiness: values.strict_readiness,
    exitOnError: values.exit_on_error,
    drainDelaySeconds: values.drain_delay_seconds,
    allowClientShm: values.allow_client_shm,
    tls: values.tls,
  };
}

function autoloadOf(values: ValuesOf<typeof keys>, at: At<typeof keys>, report: Report): boolean | null {
  const { initial_model_autoload: right, intial_model_autoload: misspelt } = values;
  if (right !== null && misspelt !== null && right !== misspelt) {
    report.problem(
      at('intial_model_autoload'),
      `${misspelt} contradicts initial_model_autoload: ${right}; expected one of them`,
    );
  }
  return right ?? misspelt;
}

/** A mapping that is no more than its values. */
function plain<K extends Keys>(type: string, keys: K): Schema<ValuesOf<K>> {
  return mapping(type, keys, (values) => values);
}
