import { Buffer } from 'node:buffer';
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Clock } from '#core/clock.js';
import type { RateLimitOptions } from '#core/rate-limit-options.js';
import { type Bucket, fullBucket, takeToken } from '#core/token-bucket.js';
import { HTTP2_PRICES, type MisuseOf } from './misuse-watch.js';
import type { ConnectionReason, RefusalCounts } from './refusal-counts.js';

/**
 * Pings and settings of one connection. Clients ping as often as answers come, to learn how fast the way is, so every answer
 * gives all of them back: what is bounded is asking for nothing.
 */
export const CONTROL_FRAMES: RateLimitOptions = { requestsPerSecond: 50, burst: 1000 };

/**
 * Calls of one connection that its client resets. Deadlines of many calls may pass together. The HTTP/2 library has a bound of
 * 1000 at once and 33 per second, at which it stops listening without closing: this one comes first.
 */
export const STREAM_RESETS: RateLimitOptions = { requestsPerSecond: 30, burst: 800 };

/**
 * A connection whose calls were reset so much oftener than answered is ended while its network has had too many resets: it is
 * one of those that make them. Others of the network go on.
 */
const VAIN_RESETS = 50;

/** What the client reads, gRPC's own words where there are some. */
const WORDS: Readonly<Record<'control_frames' | 'stream_resets', string>> = {
  control_frames: 'too_many_pings',
  stream_resets: 'too_many_resets',
};

/** Ends a connection whose frames cost more than its calls are worth: GOAWAY with ENHANCE_YOUR_CALM, and closed. */
export class ConnectionGuard {
  readonly #session: ServerHttp2Session;
  readonly #clock: Clock;
  readonly #refusals: Pick<RefusalCounts, 'connection'>;
  readonly #misuse: MisuseOf;
  #controls: Bucket;
  #resets: Bucket;
  /** Calls that were reset beyond those that were answered. */
  #vain = 0;

  /** @param misuse the account of the client's network */
  constructor(
    session: ServerHttp2Session,
    clock: Clock,
    refusals: Pick<RefusalCounts, 'connection'>,
    misuse: MisuseOf,
  ) {
    this.#session = session;
    this.#misuse = misuse;
    this.#clock = clock;
    this.#refusals = refusals;
    const now = clock.now();
    this.#controls = fullBucket(CONTROL_FRAMES, now);
    this.#resets = fullBucket(STREAM_RESETS, now);
    session.on('ping', this.#controlled).on('remoteSettings', this.#controlled);
  }

  /** Something was sent to the client that it asked for. */
  answered(): void {
    this.#controls = fullBucket(CONTROL_FRAMES, this.#controls.atMs);
    this.#vain = Math.max(0, this.#vain - 1);
    this.#misuse.answered();
  }

  /** Its frames could not be read. */
  broken(): void {
    this.#misuse.charge(HTTP2_PRICES.brokenConnection);
  }

  /** A call has begun: it counts when its client breaks it off. */
  watch(stream: ServerHttp2Stream): void {
    // The other side's resets abort a stream; what this side resets, or both have ended, is none.
    stream.once('aborted', () => {
      const { bucket, waitMs } = takeToken(this.#resets, STREAM_RESETS, this.#clock.now());
      this.#resets = bucket;
      this.#vain++;
      const isNetworkOver = this.#misuse.charge(HTTP2_PRICES.reset);
      if (waitMs > 0 || (isNetworkOver && this.#vain > VAIN_RESETS)) this.#end('stream_resets');
    });
  }

  readonly #controlled = (): void => {
    const { bucket, waitMs } = takeToken(this.#controls, CONTROL_FRAMES, this.#clock.now());
    this.#controls = bucket;
    if (waitMs === 0 || this.#session.destroyed) return;
    this.#misuse.charge(HTTP2_PRICES.controlFlood);
    this.#end('control_frames');
  };

  #end(reason: Extract<ConnectionReason, 'control_frames' | 'stream_resets'>): void {
    const session = this.#session;
    if (session.destroyed) return;
    this.#refusals.connection(reason);
    const { NGHTTP2_ENHANCE_YOUR_CALM: calm } = constants;
    session.goaway(calm, 0, Buffer.from(WORDS[reason]));
    session.destroy(undefined, calm);
  }
}
