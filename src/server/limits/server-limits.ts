import type { Clock } from '#core/clock.js';
import { clientKeyOf, type IsTrusted, trustedOf } from './client-key.js';
import { ClientLimits } from './client-limits.js';
import { ConnectionLimits } from './connection-limits.js';
import type { LimitOptions } from './limit-options.js';
import { MemoryBudget } from './memory-budget.js';
import { HTTP2_MISUSE, MisuseWatch, TLS_MISUSE } from './misuse-watch.js';
import { isProbe } from './probes.js';
import { RefusalCounts } from './refusal-counts.js';
import { Visit } from './visit.js';

/** What is known of a request before it is read. */
export interface Visitor {
  /** The address at the other end; null where the connection is gone. */
  readonly address: string | null;
  /** The header `X-Forwarded-For`. */
  readonly forwarded: string | undefined;
  /** Who it is, where that is known; limits then are those of that one, wherever it calls from. */
  readonly identity?: string | undefined;
}

/** The limits of a server, on all of its ports together. */
export class ServerLimits {
  readonly options: LimitOptions;
  readonly refusals: RefusalCounts = new RefusalCounts();
  readonly memory: MemoryBudget;
  readonly connections: ConnectionLimits;
  /** Of connections of HTTP/2. */
  readonly http2Misuse: MisuseWatch;
  /** Of handshakes of TLS, on all ports. */
  readonly tlsMisuse: MisuseWatch;
  readonly #clients: ClientLimits | null;
  readonly #isTrusted: IsTrusted;
  readonly #clock: Clock;

  constructor(options: LimitOptions, clock: Clock) {
    const { clientRate: rate, clientConcurrency: concurrency } = options;
    this.options = options;
    this.#clock = clock;
    this.memory = new MemoryBudget(options.maxInflightBytes);
    this.#clients =
      rate === null && concurrency === null ? null : new ClientLimits({ rate, concurrency }, this.refusals);
    this.#isTrusted = trustedOf(options.trustedProxies);
    const keyOf = (address: string | null): string | null =>
      address !== null && this.#isTrusted(address) ? null : clientKeyOf(address, undefined, this.#isTrusted);
    this.connections = new ConnectionLimits(options, keyOf, this.refusals);
    const http2 = { terms: HTTP2_MISUSE, what: 'calls that it reset, pings or broken frames' };
    this.http2Misuse = new MisuseWatch(http2, keyOf, this.refusals, clock);
    const tls = { terms: TLS_MISUSE, what: 'TLS handshakes that failed' };
    this.tlsMisuse = new MisuseWatch(tls, keyOf, this.refusals, clock);
  }

  /** A request that has come; `end` of it must be called once it was answered, or its caller has gone. */
  visit(): Visit {
    return new Visit(this.memory, this.refusals, this.options.minBodyRate);
  }

  /**
   * Holds a request to the limits of its client, where there are any. Throws RATE_LIMITED. Probes and scrapes are free: they
   * say whether the server is well, which is wanted most when somebody floods it.
   *
   * @param path of the route, or of the remote procedure
   */
  enter(visit: Visit, path: string, visitor: () => Visitor): void {
    if (this.#clients === null || isProbe(path)) return;
    const { address, forwarded, identity } = visitor();
    const key = identity === undefined ? clientKeyOf(address, forwarded, this.#isTrusted) : `id:${identity}`;
    visit.enter(this.#clients, key, this.#clock.now());
  }
}
