import { Buffer } from 'node:buffer';
import type { RedisOptions } from '#cache/options.js';
import { within } from '#cache/within.js';
import type { Clock } from '#core/clock.js';
import { deferred } from '#core/deferred.js';
import { messageOf, ServingError } from '#core/errors.js';
import { type RedisClient, RedisStore } from './redis-store.js';

/** How long an answer is kept where nothing is said of it. */
const TTL_SECONDS = 24 * 60 * 60;

/** How long the start waits for a connection; after that the server goes on and the connection may come later. */
const CONNECT_MS = 1_000;

/** A new connection is tried so often. */
const RECONNECT_MS = 500;

/**
 * Connects to a Redis, and waits for the connection a second at most: without it, everything is a miss until it comes.
 * Throws UNAVAILABLE where the client, an optional package, is not installed.
 */
export async function openRedisStore(options: RedisOptions, clock: Clock): Promise<RedisStore> {
  const { createClient, RESP_TYPES } = await importClient();
  const { host, port, db, ttlSeconds = TTL_SECONDS } = options;
  const redis = createClient({
    socket: {
      host,
      port,
      ...(options.tls ? { tls: true as const, ...serverNameOf(host) } : {}),
      connectTimeout: CONNECT_MS,
      reconnectStrategy: () => RECONNECT_MS,
    },
    ...(options.username === null ? {} : { username: options.username }),
    ...(options.password === null ? {} : { password: options.password }),
    database: db,
    // A command without a connection fails at once: the request has no time to wait for one.
    disableOfflineQueue: true,
  });
  const binary = redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const client: RedisClient = {
    get isReady() {
      return redis.isReady;
    },
    get: (key) => binary.get(key),
    set: (key, value, ttl) => redis.set(key, value, { expiration: { type: 'EX', value: ttl } }),
    destroy: () => redis.destroy(),
  };
  const store = new RedisStore(client, `${host}:${port}`, ttlSeconds, clock);
  const firstTry = deferred<void>();
  redis.on('ready', () => {
    store.connected();
    firstTry.resolve();
  });
  redis.on('error', (error: unknown) => {
    store.disconnected(messageOf(error));
    firstTry.resolve();
  });
  redis.connect().catch((thrown: unknown) => store.disconnected(messageOf(thrown)));
  await within(firstTry.promise, CONNECT_MS, clock).catch((thrown: unknown) =>
    store.disconnected(messageOf(thrown)),
  );
  return store;
}

/** What TLS calls the host; an address is not called anything. */
export function serverNameOf(host: string): { readonly servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

async function importClient(): Promise<typeof import('@redis/client')> {
  try {
    return await import('@redis/client');
  } catch (thrown) {
    throw new ServingError(
      'UNAVAILABLE',
      'answers are to be kept in Redis, but the package @redis/client is not installed: npm install @redis/client',
      { cause: thrown },
    );
  }
}
