import { ServingError } from '#core/errors.js';
import type { RateLimitOptions } from '#core/rate-limit-options.js';
import { type Bucket, fullBucket, takeToken } from '#core/token-bucket.js';
import type { RefusalCounts } from './refusal-counts.js';

/** Clients that are remembered. Whoever was not heard of for the longest time goes first, and begins anew when it comes again. */
const MOST_CLIENTS = 10_000;

/** How many of the oldest are looked at for one to forget. */
const MOST_LOOKS = 16;

interface Client {
  bucket: Bucket | null;
  /** Its requests that are not answered yet. */
  inside: number;
}

/** Holds every client to its own rate and number of requests. Who a client is, is a text that the caller makes. */
export class ClientLimits {
  readonly #rate: RateLimitOptions | null;
  readonly #concurrency: number | null;
  readonly #refusals: Pick<RefusalCounts, 'request'>;
  readonly #mostClients: number;
  /** Those that were heard of last are last. */
  readonly #clients = new Map<string, Client>();

  constructor(
    { rate, concurrency }: { readonly rate: RateLimitOptions | null; readonly concurrency: number | null },
    refusals: Pick<RefusalCounts, 'request'>,
    mostClients: number = MOST_CLIENTS,
  ) {
    this.#rate = rate;
    this.#concurrency = concurrency;
    this.#refusals = refusals;
    this.#mostClients = mostClients;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#clients.size;
  }

  /**
   * A request comes in. Throws RATE_LIMITED where its client has to wait; else `leave` must follow once.
   *
   * @param nowMs the clock's time
   */
  enter(key: string, nowMs: number): void {
    const client = this.#remembered(key);
    if (this.#concurrency !== null && client.inside >= this.#concurrency) {
      this.#refusals.request('client_concurrency');
      const text = `this client has ${client.inside} requests that are not answered yet, and may have ${this.#concurrency}`;
      throw rateLimited(text, 1);
    }
    const rate = this.#rate;
    if (rate !== null) {
      const { bucket, waitMs } = takeToken(client.bucket ?? fullBucket(rate, nowMs), rate, nowMs);
      client.bucket = bucket;
      if (waitMs > 0) {
        this.#refusals.request('client_rate');
        const text = `the rate limit of ${rate.requestsPerSecond} requests per second and client (${rate.burst} at once) is reached`;
        throw rateLimited(text, Math.ceil(waitMs / 1000));
      }
    }
    client.inside++;
    this.#forget();
  }

  leave(key: string): void {
    const client = this.#clients.get(key);
    if (client === undefined || client.inside === 0) return;
    client.inside--;
    this.#forget();
  }

  #remembered(key: string): Client {
    const client = this.#clients.get(key) ?? { bucket: null, inside: 0 };
    this.#clients.delete(key);
    this.#clients.set(key, client);
    return client;
  }

  /**
   * Whoever has requests inside is kept, or they would not be counted. A few are looked at each time: of those who come and
   * go more are forgotten than come.
   */
  #forget(): void {
    let looks = MOST_LOOKS;
    for (const [key, { inside }] of this.#clients) {
      if (this.#clients.size <= this.#mostClients || looks-- === 0) return;
      if (inside === 0) this.#clients.delete(key);
    }
  }
}

function rateLimited(text: string, retryAfterSeconds: number): ServingError {
  return new ServingError('RATE_LIMITED', `${text}; try again later`, { retryAfterSeconds });
}
