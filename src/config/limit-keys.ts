import { isIP } from 'node:net';
import { list, mapping } from './collections.js';
import { quoted } from './node.js';
import { integer, number, text } from './scalars.js';
import { optional, type Schema } from './schema.js';
import { bytes, cacheBytes, queueSize } from './values.js';

/** Milliseconds of a time-out: from what a slow network needs to an hour. */
const timeoutMs = integer(1, 3_600_000);
const count = integer(0, 10_000_000);

const network: Schema<string> = text('an address, or a network such as 10.0.0.0/8', (value) =>
  isNetwork(value) ? null : `expected an address, or a network such as 10.0.0.0/8, found ${quoted(value)}`,
);

const limitKeys = {
  max_body_bytes: optional(
    bytes,
    'A larger request body is refused with 413, a larger gRPC message with RESOURCE_EXHAUSTED.',
    '268435456',
  ),
  max_queue_size: optional(
    queueSize,
    'Requests that one version may hold waiting; more are refused with 503.',
    '1024',
  ),
  body_timeout_ms: optional(
    timeoutMs,
    'A request whose body, or gRPC message, has not arrived by then is refused with 408, or DEADLINE_EXCEEDED.',
    '60000',
  ),
  min_body_rate: optional(
    integer(0, 1_000_000_000),
    'Bytes per second that a body has to come with after the first 5 seconds, on average; 0 for any.',
    '240',
  ),
  headers_timeout_ms: optional(timeoutMs, 'The head of an HTTP request has to be there by then.', '60000'),
  idle_timeout_ms: optional(timeoutMs, 'An HTTP connection without a request is closed after that.', '75000'),
  max_header_bytes: optional(
    integer(1024, 1_048_576),
    'Bytes of the head of a request, and of the headers of a call.',
    '16384',
  ),
  max_headers: optional(integer(16, 2000), 'Headers of a request or a call.', '128'),
  max_inflight_bytes: optional(
    cacheBytes,
    'Bytes of requests that are not answered yet, over REST and gRPC together; more are refused with 503.',
    "a quarter of the process's memory",
  ),
  max_connections: optional(
    integer(1, 10_000_000),
    'Connections on all ports together; more are closed.',
    "20000, at most nine tenths of the process's open files",
  ),
  max_connections_per_client: optional(count, 'The same from one address; 0 for any number.', '0'),
  client_rate: optional(
    number(0, 10_000_000),
    'Requests per second that one client may make; more are refused with 429; 0 for any.',
    '0',
  ),
  client_burst: optional(
    count,
    'Requests that it may make at once after a pause.',
    "one second's, 1 at least",
  ),
  client_concurrency: optional(
    count,
    'Requests of one client that are not answered yet; more are refused with 429; 0 for any.',
    '0',
  ),
  trusted_proxies: optional(
    list(network),
    'Addresses, or networks such as `10.0.0.0/8`, of proxies: the client is then who `X-Forwarded-For` says.',
    '[]',
  ),
  max_concurrent_streams: optional(
    integer(1, 1_000_000),
    'Calls of one gRPC connection at a time; clients let more wait.',
    '1024',
  ),
  keepalive_time_ms: optional(
    timeoutMs,
    'After so long a gRPC connection is asked whether it is still there.',
    '60000',
  ),
  keepalive_timeout_ms: optional(timeoutMs, 'It has so long to answer, or is closed.', '20000'),
};

/** What the `limits` of the server file say; null where they say nothing. */
export interface LimitsEntry {
  readonly max_body_bytes: number | null;
  readonly max_queue_size: number | null;
  readonly body_timeout_ms: number | null;
  readonly min_body_rate: number | null;
  readonly headers_timeout_ms: number | null;
  readonly idle_timeout_ms: number | null;
  readonly max_header_bytes: number | null;
  readonly max_headers: number | null;
  readonly max_inflight_bytes: number | null;
  readonly max_connections: number | null;
  readonly max_connections_per_client: number | null;
  readonly client_rate: number | null;
  readonly client_burst: number | null;
  readonly client_concurrency: number | null;
  readonly trusted_proxies: readonly string[] | null;
  readonly max_concurrent_streams: number | null;
  readonly keepalive_time_ms: number | null;
  readonly keepalive_timeout_ms: number | null;
}

export const limitsBlock: Schema<LimitsEntry> = mapping('a mapping of limits', limitKeys, (values) => values);

function isNetwork(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32));
}
