import type { Buffer } from 'node:buffer';
import { Circuit } from '#cache/circuit.js';
import { decodeEntry, encodeEntry } from '#cache/codec.js';
import { bytesOfEntry } from '#cache/local-store.js';
import type { ResponseStore } from '#cache/store.js';
import { within } from '#cache/within.js';
import type { Clock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Tensor } from '#tensor/tensor.js';

const log = loggerOf('cache::redis');

/** What a key is called there, so that others may use the same Redis. */
export const KEY_PREFIX = 'furiosa:';

/** How long a request waits for Redis at most. */
export const REPLY_MS = 250;

/** How long Redis is left alone after it did not answer. */
export const SKIP_MS = 5_000;

/** Larger answers are not sent there: they would hold up the others, and could take longer than `REPLY_MS`. */
export const MOST_BYTES: number = 8 * 1024 * 1024;

/** What of a Redis client is needed. */
export interface RedisClient {
  /** Whether commands are sent at once. */
  readonly isReady: boolean;
  get(key: string): Promise<Buffer | null>;
  set(key: string, value: Buffer, ttlSeconds: number): Promise<unknown>;
  /** Ends the connection at once. */
  destroy(): void;
}

/**
 * Keeps answers in a Redis. It never fails a request: a Redis that is away, slow or wrong costs `REPLY_MS` once and is
 * then left alone for `SKIP_MS`; meanwhile everything is a miss.
 */
export class RedisStore implements ResponseStore {
  readonly #client: RedisClient;
  readonly #clock: Clock;
  /** As the log calls it. */
  readonly #name: string;
  readonly #ttlSeconds: number;
  readonly #circuit = new Circuit(SKIP_MS);
  /** What is being kept there. */
  readonly #puts = new Set<Promise<unknown>>();
  /** Whether the log knows that it is away. */
  #isAway = false;
  #isClosed = false;

  constructor(client: RedisClient, name: string, ttlSeconds: number, clock: Clock) {
    this.#client = client;
    this.#name = name;
    this.#ttlSeconds = ttlSeconds;
    this.#clock = clock;
  }

  async get(key: string): Promise<readonly Tensor[] | null> {
    const bytes = await this.#ask(() => this.#client.get(KEY_PREFIX + key));
    if (bytes === null) return null;
    const outputs = decodeEntry(key, bytes);
    if (outputs === null) log.debug(`what Redis ${this.#name} has under ${KEY_PREFIX}${key} is damaged`);
    return outputs;
  }

  put(key: string, outputs: readonly Tensor[]): void {
    if (!this.#client.isReady || this.#circuit.isOpen || bytesOfEntry(key, outputs) > MOST_BYTES) return;
    const bytes = encodeEntry(key, outputs);
    const put = this.#ask(() => this.#client.set(KEY_PREFIX + key, bytes, this.#ttlSeconds));
    this.#puts.add(put);
    void put.then(() => this.#puts.delete(put));
  }

  /** What is on its way there may arrive. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#puts);
    this.#client.destroy();
  }

  /** A new connection is there. */
  connected(): void {
    this.#succeeded();
  }

  /** There is no connection. */
  disconnected(reason: string): void {
    this.#report(reason);
  }

  /** What Redis says, or null where it cannot be asked or says nothing in time. Never rejects. */
  async #ask<T>(question: () => Promise<T>): Promise<T | null> {
    if (!this.#client.isReady || !this.#circuit.mayCall(this.#clock.now())) return null;
    try {
      const reply = await within(question(), REPLY_MS, this.#clock);
      this.#succeeded();
      return reply;
    } catch (thrown) {
      this.#circuit.failed(this.#clock.now());
      this.#report(messageOf(thrown));
      return null;
    }
  }

  #succeeded(): void {
    this.#circuit.succeeded();
    if (this.#isAway) log.info(`Redis ${this.#name} is back: answers are kept there again`);
    this.#isAway = false;
  }

  /** Once, until it is back. */
  #report(reason: string): void {
    if (this.#isAway || this.#isClosed) return;
    this.#isAway = true;
    log.warn(
      `Redis ${this.#name} cannot be used to keep answers: ${reason}; requests go on without it, and it is tried again`,
    );
  }
}
