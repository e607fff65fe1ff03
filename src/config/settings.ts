import type { Policy } from '#access/policy.js';
import type { Restriction } from '#access/restriction.js';
import type { CacheOptions } from '#cache/options.js';
import type { ControlOptions } from '#control/options.js';
import type { LogLevel } from '#core/log.js';
import type { RequestShare } from '#core/request-share.js';
import type { TraceLevel } from '#core/trace-level.js';
import type { TraceMode } from '#core/trace-mode.js';
import type { DeviceOptions } from '#device/options.js';
import type { SharingOptions } from '#device/share-weights.js';
import type { LoadOptions } from '#lifecycle/load-queue.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import type { StoreOptions } from '#store/options.js';
import type { TlsOptions } from '#tls/options.js';
import type { SpanOptions } from '#tracing/span-options.js';
import type { LimitSettings } from './limit-settings.js';
import type { ModelDefaults } from './offer-models.js';
import type { CompressionLevel } from './values.js';

/** Everything the server is started with: one frozen, validated value. */
export interface Settings {
  readonly server: {
    /** What `GET /v2` calls the server. */
    readonly name: string;
    readonly version: string;
    /** Further names the file adds to `extensions` of `GET /v2`. */
    readonly extensions: readonly string[];
  };
  readonly rest: {
    readonly host: string;
    /** 0 lets the system choose. */
    readonly port: number;
    /** A larger request body is refused with 413. */
    readonly maxBodyBytes: number;
    /** A request whose body has not arrived by then is refused with 408. */
    readonly bodyTimeoutMs: number;
    /** Origins of pages that may ask and read, or `*`. */
    readonly corsOrigins: readonly string[];
  };
  /** Who may do what. */
  readonly access: {
    /** Null where whoever reaches the server may do everything. */
    readonly policy: Policy | null;
    /** Triton's restrictions of single parts of the API, whoever asks. */
    readonly http: readonly Restriction[];
    readonly grpc: readonly Restriction[];
  };
  /** Null where gRPC is off. */
  readonly grpc: {
    readonly host: string;
    /** 0 lets the system choose. */
    readonly port: number;
    /** A larger message is refused with RESOURCE_EXHAUSTED. */
    readonly maxMessageBytes: number;
    /** A message that has begun and is not whole by then is given up. */
    readonly messageTimeoutMs: number;
    /** How hard large answers to inference are compressed, for callers that take them so. */
    readonly responseCompression: CompressionLevel;
  } | null;
  /** Null where no port speaks TLS. */
  readonly tls: TlsOptions | null;
  readonly metrics: {
    /** Otherwise nothing is counted for them. */
    readonly isOn: boolean;
    /** Null where they are on the REST port; 0 lets the system choose. */
    readonly port: number | null;
    /** How old figures of the host and its devices may be. */
    readonly intervalMs: number;
  };
  readonly log: {
    readonly level: LogLevel;
    readonly format: 'auto' | 'pretty' | 'json';
    /** Requests that get a line each, until somebody asks for others. */
    readonly requests: RequestShare;
  };
  /** What is traced until somebody asks for something else. */
  readonly trace: {
    readonly mode: TraceMode;
    /** Where spans are sent; null in the other mode. */
    readonly spans: SpanOptions | null;
    /** Absolute; empty for none, and then nothing can be traced in the mode triton. */
    readonly file: string;
    readonly levels: readonly TraceLevel[];
    /** One request of so many; 0 for those that their callers trace. */
    readonly rate: number;
    /** So many requests; -1 for any number. */
    readonly count: number;
    /** Traces in each file of a series; 0 for one file. */
    readonly logFrequency: number;
  };
  readonly devices: DeviceOptions;
  /** Where answers of models with `isCached` are kept; null where none is. */
  readonly cache: CacheOptions | null;
  readonly models: readonly ConfiguredVersion[];
  /** Model repositories: absolute folders, or addresses such as `s3://…`. */
  readonly repositories: readonly string[];
  /** What models of repositories get where they say nothing. */
  readonly modelDefaults: ModelDefaults;
  /** Clients may give the files of a model when they load it. */
  readonly allowModelUpload: boolean;
  /** Where models from addresses are kept, and how they are had. */
  readonly store: StoreOptions;
  /** How instances come to share weights. */
  readonly weightSharing: SharingOptions;
  readonly loading: LoadOptions;
  readonly control: ControlOptions;
  /** What all requests together, and each client, may take. */
  readonly limits: LimitSettings;
  /** Requests that one version may hold waiting; more are refused with 503. */
  readonly maxQueueSize: number;
  /** Ready means every wanted version is ready; otherwise, at least one. */
  readonly strictReadiness: boolean;
  /** End with status 1 when a model cannot be loaded at the start. */
  readonly exitOnError: boolean;
  /** How long the server goes on serving after SIGTERM turned readiness off. */
  readonly drainDelayMs: number;
  /** The ports are opened when every model is ready or has failed, and not at once. */
  readonly listenWhenReady: boolean;
  /** A supervised server that gives no sign of life for so long is taken to hang. */
  readonly hangTimeoutMs: number;
  /** How long requests in flight may take to finish once new ones are refused. */
  readonly drainTimeoutMs: number;
  /** Clients may pass tensors in shared memory of this host. */
  readonly allowClientShm: boolean;
  /** Whether there is a page for people at `/`. */
  readonly hasDashboard: boolean;
  /** Findings worth a WARN line that stop nothing, for instance a deprecated key. */
  readonly warnings: readonly string[];
}
