import type { RateLimitOptions } from '#core/rate-limit-options.js';

/** What all connections and requests together may take of the server, and each client of it. */
export interface LimitOptions {
  /** Bytes of requests that have come and are not answered; more are refused. */
  readonly maxInflightBytes: number;
  /** Open at a time, on all ports together; more are closed. */
  readonly maxConnections: number;
  /** The same from one client; null for any number. */
  readonly maxConnectionsPerClient: number | null;
  /** Requests of one client; null for any number. */
  readonly clientRate: RateLimitOptions | null;
  /** Requests of one client that are not answered; null for any number. */
  readonly clientConcurrency: number | null;
  /** Addresses, or networks such as `10.0.0.0/8`, whose word about who the client is counts. */
  readonly trustedProxies: readonly string[];
  /** A body that comes more slowly, in bytes per second, is given up; 0 for none. */
  readonly minBodyRate: number;
  /** The head of an HTTP request has to be there by then. */
  readonly headersTimeoutMs: number;
  /** An HTTP connection without a request is closed after that. */
  readonly idleTimeoutMs: number;
  /** Bytes of the head of a request, and of the headers of a call. */
  readonly maxHeaderBytes: number;
  /** Headers of a request or a call. */
  readonly maxHeaders: number;
  /** Calls of one gRPC connection at a time. */
  readonly maxConcurrentStreams: number;
  /** After so long a gRPC connection is asked whether it is still there. */
  readonly keepAliveMs: number;
  /** It has so long to answer. */
  readonly keepAliveTimeoutMs: number;
}
