import type { GivenOptions } from './given.js';
import type { LimitsEntry } from './limit-keys.js';
import type { Settings } from './settings.js';

const HEADERS_TIMEOUT_MS = 60_000;
/** Longer than the minute that proxies keep a connection. */
const IDLE_TIMEOUT_MS = 75_000;
/** That of Kestrel: a client that sends less holds a connection rather than sends a body. */
const MIN_BODY_RATE = 240;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 128;
/** perf_analyzer's most. */
const MAX_CONCURRENT_STREAMS = 1024;
const KEEPALIVE_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;

/** @param entry the `limits` of the server file; null where there are none */
export function composeLimits(
  { maxInflightBytes }: Pick<GivenOptions, 'maxInflightBytes'>,
  entry: LimitsEntry | null,
): Settings['limits'] {
  return {
    maxInflightBytes: maxInflightBytes?.value ?? entry?.max_inflight_bytes ?? null,
    maxConnections: entry?.max_connections ?? null,
    maxConnectionsPerClient: entry?.max_connections_per_client || null,
    clientRate: rateOf(entry?.client_rate ?? 0, entry?.client_burst ?? 0),
    clientConcurrency: entry?.client_concurrency || null,
    trustedProxies: entry?.trusted_proxies ?? [],
    minBodyRate: entry?.min_body_rate ?? MIN_BODY_RATE,
    headersTimeoutMs: entry?.headers_timeout_ms ?? HEADERS_TIMEOUT_MS,
    idleTimeoutMs: entry?.idle_timeout_ms ?? IDLE_TIMEOUT_MS,
    maxHeaderBytes: entry?.max_header_bytes ?? MAX_HEADER_BYTES,
    maxHeaders: entry?.max_headers ?? MAX_HEADERS,
    maxConcurrentStreams: entry?.max_concurrent_streams ?? MAX_CONCURRENT_STREAMS,
    keepAliveMs: entry?.keepalive_time_ms ?? KEEPALIVE_MS,
    keepAliveTimeoutMs: entry?.keepalive_timeout_ms ?? KEEPALIVE_TIMEOUT_MS,
  };
}

function rateOf(requestsPerSecond: number, burst: number): Settings['limits']['clientRate'] {
  if (requestsPerSecond === 0) return null;
  return { requestsPerSecond, burst: burst || Math.max(1, Math.ceil(requestsPerSecond)) };
}
