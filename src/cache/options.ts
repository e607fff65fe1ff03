/** Where answers are kept. */
export interface CacheOptions {
  /** Of memory in this process; 0 for none. */
  readonly localBytes: number;
  /** A Redis that outlives this process and may be shared by several; null for none. */
  readonly redis: RedisOptions | null;
}

export interface RedisOptions {
  readonly host: string;
  readonly port: number;
  /** Null where the password alone is asked for, or nothing. */
  readonly username: string | null;
  readonly password: string | null;
  readonly db: number;
  readonly tls: boolean;
  /** How long an answer is kept there; left out: a day. */
  readonly ttlSeconds?: number;
}
