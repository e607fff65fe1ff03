import assert from 'node:assert/strict';
import type { ReadAgain } from '#app/reread.js';
import { type RunningServer, startServer } from '#app/start.js';
import type { Settings } from '#config/settings.js';
import { DEFAULT_CONTROL } from '#control/options.js';
import type { LogControl } from '#core/log-settings.js';
import { DEFAULT_DEVICE_OPTIONS } from '#device/options.js';
import {
  type ConfiguredVersion,
  type EnsembleStep,
  PLAIN_BATCHING,
  PLAIN_ISOLATION,
  PLAIN_QUEUE,
} from '#lifecycle/offer.js';
import { NO_RETRY } from '#lifecycle/retry.js';
import { DEFAULT_STORE_OPTIONS } from '#store/options.js';

/** An offer with everything but the model left as it is by default. */
export function offerOf(parts: Partial<ConfiguredVersion> & { readonly path: string }): ConfiguredVersion {
  return {
    name: 'model',
    version: '1',
    description: null,
    platform: 'cpu',
    device: 'cpu(1)*1',
    workers: null,
    batchSize: null,
    maxBatchSize: null,
    strict: false,
    allowFallback: false,
    inputs: [],
    outputs: [],
    batching: PLAIN_BATCHING,
    queue: { ...PLAIN_QUEUE, maxSize: null },
    sequence: null,
    ensemble: null,
    warmup: null,
    isCached: false,
    rateLimit: null,
    compiler: { permuteInput: [] },
    engine: { threads: null, onnxruntime: {} },
    isolation: PLAIN_ISOLATION,
    ...parts,
  };
}

/** An offer of a model that is made of others, without a device. */
export function ensembleOffer(
  name: string,
  steps: readonly EnsembleStep[],
  tensors: Pick<ConfiguredVersion, 'inputs' | 'outputs'>,
  parts: Partial<ConfiguredVersion> = {},
): ConfiguredVersion {
  return offerOf({ name, path: '', ensemble: steps, ...tensors, ...parts });
}

/** Those of a server that nobody said anything to, but for what follows from its host. */
export const DEFAULT_LIMITS: Settings['limits'] = {
  maxInflightBytes: 1024 ** 3,
  maxConnections: 10_000,
  maxConnectionsPerClient: null,
  clientRate: null,
  clientConcurrency: null,
  trustedProxies: [],
  minBodyRate: 240,
  headersTimeoutMs: 60_000,
  idleTimeoutMs: 75_000,
  maxHeaderBytes: 16 * 1024,
  maxHeaders: 128,
  maxConcurrentStreams: 1024,
  keepAliveMs: 60_000,
  keepAliveTimeoutMs: 20_000,
};

export function settingsOf(models: readonly ConfiguredVersion[], parts: Partial<Settings> = {}): Settings {
  return {
    server: { name: 'furiosa-server', version: '0.0.0-test', extensions: [] },
    rest: { host: '127.0.0.1', port: 0, maxBodyBytes: 1024 * 1024, bodyTimeoutMs: 10_000, corsOrigins: [] },
    access: { policy: null, http: [], grpc: [] },
    grpc: null,
    tls: null,
    log: { level: 'INFO', format: 'auto', requests: 'off' },
    metrics: { isOn: true, port: null, intervalMs: 0 },
    trace: { mode: 'triton', spans: null, file: '', levels: [], rate: 1000, count: -1, logFrequency: 0 },
    weightSharing: { mode: 'off', folder: '/nonexistent', maxBytes: 0 },
    devices: { ...DEFAULT_DEVICE_OPTIONS, devRoot: '/nonexistent', sysRoot: '/nonexistent' },
    cache: null,
    control: DEFAULT_CONTROL,
    repositories: [],
    modelDefaults: {
      devices: { platform: 'cpu', deviceOf: () => 'cpu(1)*1' },
      strict: false,
      threads: null,
      wall: 'thread',
    },
    store: { ...DEFAULT_STORE_OPTIONS, cacheFolder: '/nonexistent' },
    allowModelUpload: false,
    loading: { maxLoads: 4, retry: NO_RETRY },
    models,
    limits: DEFAULT_LIMITS,
    maxQueueSize: 64,
    strictReadiness: true,
    exitOnError: false,
    listenWhenReady: false,
    hangTimeoutMs: 30_000,
    drainDelayMs: 0,
    drainTimeoutMs: 10_000,
    allowClientShm: false,
    hasDashboard: true,
    warnings: [],
    ...parts,
  };
}

/** gRPC on a port of the system's choice. */
export const GRPC: NonNullable<Settings['grpc']> = {
  host: '127.0.0.1',
  port: 0,
  maxMessageBytes: 16 * 1024 * 1024,
  messageTimeoutMs: 10_000,
  responseCompression: 'none',
};

/** A whole server on a port of its own, and ways to talk to it. */
export interface TestServer {
  readonly server: RunningServer;
  readonly port: number;
  /** -1 where gRPC is off. */
  readonly grpcPort: number;
  get(path: string): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  /** Settles once so many requests are inside the server. */
  inside(count: number): Promise<void>;
  stop(): Promise<number>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form.
  readonly json: any;
}

export async function startTestServer(
  settings: Settings,
  logControl?: LogControl,
  readAgain?: ReadAgain,
): Promise<TestServer> {
  const server = await startServer(settings, logControl, readAgain);
  const ask = async (path: string, init?: RequestInit): Promise<Reply> => {
    const response = await fetch(`http://127.0.0.1:${server.restPort}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return {
    server,
    port: server.restPort,
    grpcPort: server.grpcPort ?? -1,
    get: (path) => ask(path),
    post: (path, body) => ask(path, { method: 'POST', body: bodyOf(body) }),
    async inside(count) {
      for (let turn = 0; turn < 1e6 && server.requestsInside !== count; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(server.requestsInside, count, 'requests inside the server');
    },
    stop() {
      server.stop();
      return server.stopped;
    },
  };
}

function bodyOf(body: unknown): string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
