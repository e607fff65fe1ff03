import type { Restriction } from '#access/restriction.js';
import type { ControlMode } from '#control/options.js';
import type { LogLevel } from '#core/log.js';
import type { RequestShare } from '#core/request-share.js';
import type { WeightSharing } from '#device/engine-settings.js';
import type { WallKind } from '#device/isolation.js';
import type { Platform } from '#lifecycle/offer.js';
import type { ClientAuth } from '#tls/options.js';
import type { CacheConfig } from './cache-config.js';
import type { TraceConfig } from './trace-config.js';
import type { CompressionLevel, Simulation } from './values.js';

/** What every option of the command is worth once it has been read. */
export interface OptionValues {
  readonly logLevel: LogLevel;
  readonly modelPath: string;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly host: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly modelConfig: string;
  readonly serverConfig: string;
  readonly modelRepository: readonly string[];
  readonly modelControlMode: ControlMode;
  readonly loadModel: readonly string[];
  readonly repositoryPollSecs: number;
  readonly modelLoadThreadCount: number;
  readonly modelLoadRetryCount: number;
  readonly allowModelUpload: boolean;
  readonly modelCacheDir: string;
  readonly modelCacheSize: number;
  readonly weightSharing: WeightSharing;
  readonly weightCacheSize: number;
  readonly platform: Platform;
  readonly device: string;
  readonly batchSize: number;
  readonly workers: number;
  readonly threads: number;
  readonly isolation: WallKind;
  readonly strict: boolean;
  readonly strictReadiness: boolean;
  readonly exitOnError: boolean;
  readonly drainDelaySeconds: number;
  readonly listenWhenReady: boolean;
  readonly supervise: boolean;
  readonly hangTimeoutSeconds: number;
  readonly maxBodyBytes: number;
  readonly maxInflightBytes: number;
  readonly maxQueueSize: number;
  readonly grpcCompression: CompressionLevel;
  readonly allowClientShm: boolean;
  readonly tlsCert: string;
  readonly tlsKey: string;
  readonly tlsClientCa: string;
  readonly tlsClientAuth: ClientAuth;
  readonly tlsHstsSeconds: number;
  readonly grpcUseSsl: boolean;
  readonly grpcUseSslMutual: boolean;
  readonly grpcServerCert: string;
  readonly grpcServerKey: string;
  readonly grpcRootCert: string;
  readonly authConfig: string;
  readonly httpRestrictedApi: readonly Restriction[];
  readonly grpcRestrictedProtocol: readonly Restriction[];
  readonly corsAllowOrigin: readonly string[];
  readonly ui: boolean;
  readonly allowMetrics: boolean;
  readonly metricsPort: number;
  readonly metricsIntervalMs: number;
  readonly logFormat: 'auto' | 'pretty' | 'json';
  readonly logRequests: RequestShare;
  readonly traceConfig: TraceConfig;
  readonly cacheConfig: CacheConfig;
  readonly simulate: Simulation;
  readonly devRoot: string;
  readonly sysRoot: string;
}

export type OptionKey = keyof OptionValues;

/** The options of one command line, as they were typed or already turned into numbers and booleans; lists of repeated ones. */
export type Flags = {
  readonly [K in OptionKey]?: string | number | boolean | readonly string[] | undefined;
};
