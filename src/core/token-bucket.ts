import type { RateLimitOptions } from './rate-limit-options.js';

/** How much may be taken at once, as of a time: a token bucket. */
export interface Bucket {
  readonly tokens: number;
  /** The clock's time in milliseconds. */
  readonly atMs: number;
}

/** What came of asking for a token. */
export interface Taking {
  readonly bucket: Bucket;
  /** 0 where a token was taken; else the milliseconds until there is one. */
  readonly waitMs: number;
}

/** A bucket that nothing was taken of. */
export function fullBucket({ burst }: RateLimitOptions, nowMs: number): Bucket {
  return { tokens: burst, atMs: nowMs };
}

/** Takes a token if there is a whole one. Time brings new ones, up to `burst`. */
export function takeToken(
  bucket: Bucket,
  { requestsPerSecond, burst }: RateLimitOptions,
  nowMs: number,
): Taking {
  const passedMs = Math.max(0, nowMs - bucket.atMs);
  const tokens = Math.min(burst, bucket.tokens + (passedMs * requestsPerSecond) / 1000);
  // A sum of parts can fall short of the whole by less than a nanosecond's worth.
  if (tokens >= 1 - TOLERANCE) return { bucket: { tokens: Math.max(0, tokens - 1), atMs: nowMs }, waitMs: 0 };
  return { bucket: { tokens, atMs: nowMs }, waitMs: ((1 - tokens) * 1000) / requestsPerSecond };
}

const TOLERANCE = 1e-9;
