import { CONTROL_MODES } from '#control/options.js';
import { WALLS } from '#device/isolation.js';
import { WEIGHT_SHARING } from '#device/share-weights.js';
import { CLIENT_AUTH } from '#tls/options.js';
import { cacheOption } from './cache-config.js';
import { corsOrigins } from './cors-origin.js';
import { isolation } from './isolation-keys.js';
import type { OptionKey, OptionValues } from './option-values.js';
import { restrictedApi } from './restricted-api.js';
import type { Schema } from './schema.js';
import { traceOption } from './trace-config.js';
import {
  batchSize,
  boolean,
  bytes,
  COMPRESSION_LEVELS,
  cacheBytes,
  clientAuth,
  compression,
  controlMode,
  drainSeconds,
  hangSeconds,
  hstsSeconds,
  intervalMs,
  loadCount,
  logFormat,
  logLevel,
  modelName,
  modelVersion,
  nonEmpty,
  PLATFORMS,
  platform,
  pollSeconds,
  port,
  queueSize,
  requestShare,
  retryCount,
  selector,
  simulation,
  threads,
  weightSharing,
  words,
  workers,
} from './values.js';

/** What is said of one option; the rest follows from its key. */
export interface OptionRow<K extends OptionKey> {
  /** What help prints for the value where there are no choices. A BOOLEAN may be left out and is then true. */
  readonly placeholder: 'TEXT' | 'INTEGER' | 'FLOAT' | 'FILENAME' | 'BOOLEAN';
  readonly choices?: readonly string[];
  /** As help prints it, where help prints one. */
  readonly default?: string;
  readonly help: string;
  readonly schema: Schema<OptionValues[K]>;
  /** Where it is not the key in kebab-case. */
  readonly flag?: string;
}

/** In the order of help. The first eight are the original's, worded as there (but for --server-config, repaired). */
export const OPTION_ROWS: { readonly [K in OptionKey]: OptionRow<K> } = {
  logLevel: {
    placeholder: 'TEXT',
    // In the order of the original's help, which is not that of gravity.
    choices: ['ERROR', 'INFO', 'WARN', 'DEBUG', 'TRACE'],
    default: 'INFO',
    help: '',
    schema: logLevel,
  },
  modelPath: {
    placeholder: 'TEXT',
    help: 'Path to Model file (tflite, onnx are supported)',
    schema: nonEmpty,
  },
  modelName: { placeholder: 'TEXT', help: 'Model name used in URL path', schema: modelName },
  modelVersion: {
    placeholder: 'TEXT',
    default: 'default',
    help: 'Model version used in URL path',
    schema: modelVersion,
  },
  host: { placeholder: 'TEXT', default: '0.0.0.0', help: 'IP address to bind', schema: nonEmpty },
  httpPort: {
    placeholder: 'INTEGER',
    default: '8080',
    help: 'HTTP port to listen to requests',
    schema: port,
  },
  modelConfig: {
    placeholder: 'FILENAME',
    help: 'Path to a config file about models with specific configurations',
    schema: nonEmpty,
  },
  serverConfig: {
    placeholder: 'FILENAME',
    help: 'Path to a config file about the server',
    schema: nonEmpty,
  },
  modelRepository: {
    placeholder: 'TEXT',
    help: 'Folder or address of a model repository as Triton lays it out; may be given several times',
    schema: words,
  },
  modelControlMode: {
    placeholder: 'TEXT',
    choices: CONTROL_MODES,
    help: 'Who decides what is loaded: clients and --load-model (explicit), nobody after the start (none), the files (poll, watch); left out, all is loaded at the start and clients decide from then on',
    schema: controlMode,
  },
  loadModel: {
    placeholder: 'TEXT',
    help: 'Model to load at the start in place of all, * for all; may be given several times',
    schema: words,
  },
  repositoryPollSecs: {
    placeholder: 'FLOAT',
    default: '15',
    help: 'Seconds from one look at the files to the next, where the files decide',
    schema: pollSeconds,
  },
  modelLoadThreadCount: {
    placeholder: 'INTEGER',
    default: '4',
    help: 'Model versions that are loaded at the same time',
    schema: loadCount,
  },
  modelLoadRetryCount: {
    placeholder: 'INTEGER',
    default: '0',
    help: 'How often a load that failed is tried again, after 1 s, 2 s, 4 s and so on',
    schema: retryCount,
  },
  allowModelUpload: {
    placeholder: 'BOOLEAN',
    default: 'false',
    help: 'Clients may give the files of a model when they load it',
    schema: boolean,
  },
  modelCacheDir: {
    placeholder: 'TEXT',
    help: 'Folder for models from addresses such as s3://; else furiosa-server in the cache folder of the user',
    schema: nonEmpty,
  },
  modelCacheSize: {
    placeholder: 'INTEGER',
    default: '107374182400',
    help: 'What models from addresses may take in that folder, in bytes',
    schema: cacheBytes,
  },
  weightSharing: {
    placeholder: 'TEXT',
    choices: WEIGHT_SHARING,
    default: 'auto',
    help: 'Instances of an ONNX model map their weights from one prepared copy: auto where there are several instances or a copy is there, always, or off',
    schema: weightSharing,
  },
  weightCacheSize: {
    placeholder: 'INTEGER',
    default: '21474836480',
    help: 'What prepared copies may take in the folder of --model-cache-dir, in bytes',
    schema: cacheBytes,
  },
  grpcPort: {
    placeholder: 'INTEGER',
    default: '8081',
    help: 'gRPC port to listen to requests; 0 turns gRPC off',
    schema: port,
  },
  platform: {
    placeholder: 'TEXT',
    choices: PLATFORMS,
    help: 'Platform of the model; npu where an NPU is found, else cpu, unless --device says',
    schema: platform,
  },
  device: {
    placeholder: 'TEXT',
    help: 'Device selector of the model, for instance warboy(1)*1 or cpu(2)*1',
    schema: selector,
  },
  batchSize: {
    placeholder: 'INTEGER',
    help: "Multiplies the first axis of the model's inputs and outputs",
    schema: batchSize,
  },
  workers: { placeholder: 'INTEGER', help: 'Copies of the model per device', schema: workers },
  threads: {
    placeholder: 'INTEGER',
    help: 'Threads that one run may use, for models whose configuration does not say',
    schema: threads,
  },
  isolation: {
    placeholder: 'TEXT',
    choices: WALLS,
    default: 'thread',
    help: 'Where models run whose configuration does not say: in threads of the server, in processes of their own, or in the thread that reads requests (none)',
    schema: isolation,
  },
  strict: {
    placeholder: 'BOOLEAN',
    default: 'false',
    help: "Inputs must carry the model's own names and exact shapes",
    schema: boolean,
  },
  strictReadiness: {
    placeholder: 'BOOLEAN',
    default: 'true',
    help: 'Ready only when every model is ready; else as soon as one is',
    schema: boolean,
  },
  exitOnError: {
    placeholder: 'BOOLEAN',
    default: 'false',
    help: 'End with status 1 when a model cannot be loaded at the start',
    schema: boolean,
  },
  drainDelaySeconds: {
    flag: '--drain-delay',
    placeholder: 'FLOAT',
    default: '0',
    help: 'Seconds to go on serving after SIGTERM turned readiness off',
    schema: drainSeconds,
  },
  listenWhenReady: {
    placeholder: 'BOOLEAN',
    default: 'false',
    help: 'Open the ports once the models are loaded and not before, for proxies that do not look at readiness',
    schema: boolean,
  },
  supervise: {
    placeholder: 'BOOLEAN',
    default: 'false',
    help: 'Start the server again when it crashes or hangs, behind ports that stay open',
    schema: boolean,
  },
  hangTimeoutSeconds: {
    flag: '--hang-timeout',
    placeholder: 'FLOAT',
    default: '30',
    help: 'Seconds without a sign of life after which a supervised server is started again',
    schema: hangSeconds,
  },
  maxBodyBytes: {
    placeholder: 'INTEGER',
    default: '268435456',
    help: 'Largest request body, or gRPC message, in bytes',
    schema: bytes,
  },
  maxInflightBytes: {
    placeholder: 'INTEGER',
    help: 'Bytes of requests that are not answered yet, in all; else a quarter of the memory that the server may use',
    schema: cacheBytes,
  },
  maxQueueSize: {
    placeholder: 'INTEGER',
    default: '1024',
    help: 'Requests that one model version may hold waiting',
    schema: queueSize,
  },
  grpcCompression: {
    flag: '--grpc-infer-response-compression-level',
    placeholder: 'TEXT',
    choices: COMPRESSION_LEVELS,
    default: 'none',
    help: 'How hard gRPC answers are compressed, for clients that take them so',
    schema: compression,
  },
  allowClientShm: {
    placeholder: 'BOOLEAN',
    default: 'false',
    help: 'Clients may pass tensors in shared memory of this host',
    schema: boolean,
  },
  tlsCert: {
    placeholder: 'FILENAME',
    help: 'Certificate of the server in PEM, with those that lead to its root: all ports speak TLS',
    schema: nonEmpty,
  },
  tlsKey: { placeholder: 'FILENAME', help: 'Private key of that certificate in PEM', schema: nonEmpty },
  tlsClientCa: {
    placeholder: 'FILENAME',
    help: 'Certificates in PEM of those who sign certificates of clients: clients are asked for one',
    schema: nonEmpty,
  },
  tlsClientAuth: {
    placeholder: 'TEXT',
    choices: CLIENT_AUTH,
    default: 'require',
    help: 'Whether clients may come without a certificate',
    schema: clientAuth,
  },
  tlsHstsSeconds: {
    placeholder: 'INTEGER',
    default: '0',
    help: 'For so long browsers use https alone for all ports of this host; 0 tells them nothing',
    schema: hstsSeconds,
  },
  grpcUseSsl: {
    placeholder: 'BOOLEAN',
    default: 'false',
    help: 'TLS for gRPC alone, with the three options below; as Triton spells it',
    schema: boolean,
  },
  grpcUseSslMutual: {
    placeholder: 'BOOLEAN',
    default: 'false',
    help: 'The same, and clients must have a certificate',
    schema: boolean,
  },
  grpcServerCert: { placeholder: 'FILENAME', help: 'Certificate of the server for these', schema: nonEmpty },
  grpcServerKey: { placeholder: 'FILENAME', help: 'Private key of that certificate', schema: nonEmpty },
  grpcRootCert: {
    placeholder: 'FILENAME',
    help: 'Certificates of those who sign certificates of clients',
    schema: nonEmpty,
  },
  authConfig: {
    placeholder: 'FILENAME',
    help: 'Path to a config file about who may do what: API keys, tokens, certificates, roles',
    schema: nonEmpty,
  },
  httpRestrictedApi: {
    placeholder: 'TEXT',
    help: 'Parts of the REST API that need a header, as api,api:header=value; may be given several times',
    schema: restrictedApi,
  },
  grpcRestrictedProtocol: {
    placeholder: 'TEXT',
    help: 'The same for gRPC, where the header is called triton-grpc-protocol-header',
    schema: restrictedApi,
  },
  corsAllowOrigin: {
    placeholder: 'TEXT',
    help: 'Origin of pages that may use the REST API from a browser, * for all; may be given several times',
    schema: corsOrigins,
  },
  ui: {
    placeholder: 'BOOLEAN',
    default: 'true',
    help: 'Serve the dashboard at / on the HTTP port',
    schema: boolean,
  },
  allowMetrics: {
    placeholder: 'BOOLEAN',
    default: 'true',
    help: 'Metrics for Prometheus at /metrics',
    schema: boolean,
  },
  metricsPort: {
    placeholder: 'INTEGER',
    default: '0',
    help: 'Port of their own for the metrics; 0 leaves them on the HTTP port',
    schema: port,
  },
  metricsIntervalMs: {
    placeholder: 'INTEGER',
    default: '2000',
    help: 'Metrics of the host and its devices may be so many milliseconds old',
    schema: intervalMs,
  },
  logFormat: {
    placeholder: 'TEXT',
    choices: ['auto', 'pretty', 'json'],
    default: 'auto',
    help: 'Format of the log; auto is pretty on a terminal, else json',
    schema: logFormat,
  },
  logRequests: {
    placeholder: 'TEXT',
    default: 'off',
    help: 'Requests that get a line each in the log: off, errors, all, or a number such as 0.01 for that part of those that succeed and every error',
    schema: requestShare,
  },
  traceConfig: {
    placeholder: 'TEXT',
    help: 'What is traced, as key=value: file, level, rate, count, log-frequency, mode',
    schema: traceOption,
  },
  cacheConfig: {
    placeholder: 'TEXT',
    help: 'Where answers are kept: local,size=BYTES or redis,host=HOST,port=PORT, with username, password, db, tls',
    schema: cacheOption,
  },
  simulate: {
    placeholder: 'TEXT',
    default: 'auto',
    help: 'Software devices in place of NPUs: auto (where there is none), never, or warboy*N',
    schema: simulation,
  },
  devRoot: { placeholder: 'TEXT', default: '/dev', help: 'Root of device files', schema: nonEmpty },
  sysRoot: { placeholder: 'TEXT', default: '/sys', help: 'Root of sysfs', schema: nonEmpty },
};
