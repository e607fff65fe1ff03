import type { RateLimitOptions } from '#core/rate-limit-options.js';

/** What all connections and requests together may take of the server, and each client of it. */
export interface LimitSettings {
  /** Bytes of requests that are not answered yet; null for a share of the memory. */
  readonly maxInflightBytes: number | null;
  /** Null for as many as the system lets the process have. */
  readonly maxConnections: number | null;
  /** Null for any number. */
  readonly maxConnectionsPerClient: number | null;
  /** Null for any number. */
  readonly clientRate: RateLimitOptions | null;
  /** Null for any number. */
  readonly clientConcurrency: number | null;
  /** Addresses, or networks such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[];
  /** Bytes per second; 0 for any. */
  readonly minBodyRate: number;
  readonly headersTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  readonly maxConcurrentStreams: number;
  readonly keepAliveMs: number;
  readonly keepAliveTimeoutMs: number;
}
