import type { Clock } from '#core/clock.js';
import { loggerOf } from '#core/log.js';
import { charge, type MisuseAccount, type MisuseTerms, newAccount } from './misuse-account.js';
import type { RefusalCounts } from './refusal-counts.js';

const log = loggerOf('server::limits');

/** Networks that are remembered. The one that has cost nothing for the longest time goes first. */
const MOST_NETWORKS = 10_000;

/**
 * What a connection of HTTP/2 costs: a call that its client resets is the unit. One that ends for its pings and settings has
 * sent a thousand of them; one that ends for frames that are wrong may be a mistake, and is one connection more to set up.
 */
export const HTTP2_PRICES = { reset: 1, brokenConnection: 50, controlFlood: 800 } as const;

/** Two connections may do their worst. A reset costs nothing in the end where another call is answered. */
export const HTTP2_MISUSE: MisuseTerms = { most: 1600, perSecond: 60 };

/** Handshakes of TLS that fail: each costs a signature. One that succeeds makes up for one that does not. */
export const TLS_MISUSE: MisuseTerms = { most: 300, perSecond: 30 };

/** What is told of an offence. */
export interface MisuseOptions {
  readonly terms: MisuseTerms;
  /** What it was too much of, in a sentence: `calls that were reset`. */
  readonly what: string;
}

/**
 * Knows what the connections of each network have cost in vain, and refuses new ones of a network for a while when it is too
 * much. Without it whoever is cut off comes again at once, and begins anew.
 */
export class MisuseWatch {
  readonly #options: MisuseOptions;
  readonly #networkOf: (address: string) => string | null;
  readonly #refusals: Pick<RefusalCounts, 'connection'>;
  readonly #clock: Clock;
  readonly #mostNetworks: number;
  /** The one that was charged last is last. */
  readonly #accounts = new Map<string, MisuseAccount>();

  /** @param networkOf whose a connection is; null where it carries the requests of many, as a proxy's does: it is never refused */
  constructor(
    options: MisuseOptions,
    networkOf: (address: string) => string | null,
    refusals: Pick<RefusalCounts, 'connection'>,
    clock: Clock,
    mostNetworks: number = MOST_NETWORKS,
  ) {
    this.#options = options;
    this.#networkOf = networkOf;
    this.#refusals = refusals;
    this.#clock = clock;
    this.#mostNetworks = mostNetworks;
  }

  /** How many networks are remembered. */
  get size(): number {
    return this.#accounts.size;
  }

  /** The account of whoever connects from an address. */
  of(address: string | null): MisuseOf {
    const network = address === null ? null : this.#networkOf(address);
    return {
      charge: (price) => network !== null && this.#charge(network, price),
      answered: () => {
        if (network !== null && this.#accounts.size > 0) this.#giveBack(network);
      },
    };
  }

  /** Whether a new connection may come in; one that may not is counted. */
  admits(address: string | null): boolean {
    if (this.#accounts.size === 0 || address === null) return true;
    const network = this.#networkOf(address);
    const account = network === null ? undefined : this.#accounts.get(network);
    if (account === undefined || this.#clock.now() >= account.refusedUntilMs) return true;
    this.#refusals.connection('misuse');
    return false;
  }

  #charge(network: string, price: number): boolean {
    const now = this.#clock.now();
    const before = this.#accounts.get(network) ?? newAccount(now);
    const account = charge(before, price, this.#options.terms, now);
    this.#accounts.delete(network);
    this.#accounts.set(network, account);
    const [oldest] = this.#accounts.keys();
    if (this.#accounts.size > this.#mostNetworks && oldest !== undefined) this.#accounts.delete(oldest);
    if (account.refusedUntilMs > before.refusedUntilMs) this.#tell(network, account);
    return now < account.refusedUntilMs;
  }

  #giveBack(network: string): void {
    const account = this.#accounts.get(network);
    if (account === undefined || account.debt === 0) return;
    this.#accounts.set(network, charge(account, -1, this.#options.terms, this.#clock.now()));
  }

  /** The first time, and then as often as the time has grown: whoever goes on does not fill the log. */
  #tell(network: string, { offences, refusedUntilMs, atMs }: MisuseAccount): void {
    const seconds = (refusedUntilMs - atMs) / 1000;
    const sentence = `${network} has had too many ${this.#options.what}: its new connections are refused for ${seconds} s`;
    if ((offences & (offences - 1)) === 0) log.warn(sentence);
    else log.debug(sentence);
  }
}

/** What one connection does to the account of its network. */
export interface MisuseOf {
  /** Something was done in vain; whether the network's new connections are refused now. */
  charge(price: number): boolean;
  /** Something was answered. */
  answered(): void;
}
