import type { Server, Socket } from 'node:net';
import type { LimitOptions } from './limit-options.js';
import type { ConnectionReason, RefusalCounts } from './refusal-counts.js';

/** Connections of all ports together, and how many each client has. */
export class ConnectionLimits {
  readonly #most: number;
  readonly #mostPerClient: number | null;
  readonly #keyOf: (address: string | null) => string | null;
  readonly #refusals: Pick<RefusalCounts, 'connection'>;
  readonly #ofClient = new Map<string, number>();
  #open = 0;

  /** @param keyOf whose a connection from an address is; null where it carries the requests of many, as a proxy's does */
  constructor(
    {
      maxConnections,
      maxConnectionsPerClient,
    }: Pick<LimitOptions, 'maxConnections' | 'maxConnectionsPerClient'>,
    keyOf: (address: string | null) => string | null,
    refusals: Pick<RefusalCounts, 'connection'>,
  ) {
    this.#most = maxConnections;
    this.#mostPerClient = maxConnectionsPerClient;
    this.#keyOf = keyOf;
    this.#refusals = refusals;
  }

  get open(): number {
    return this.#open;
  }

  /** How many may be open. */
  get most(): number {
    return this.#most;
  }

  /**
   * Counts the connections of a server from now on.
   *
   * @param refuse ends one that is too many; it is not asked for an answer to one that has closed
   */
  watch(server: Pick<Server, 'on'>, refuse: (socket: Socket, reason: ConnectionReason) => void): void {
    server.on('connection', (socket: Socket) => {
      const key = this.#mostPerClient === null ? null : this.#keyOf(socket.remoteAddress ?? null);
      const reason = this.#refusalOf(key);
      this.#count(key, 1);
      socket.once('close', () => this.#count(key, -1));
      if (reason === null) return;
      this.#refusals.connection(reason);
      refuse(socket, reason);
    });
  }

  #refusalOf(key: string | null): ConnectionReason | null {
    if (this.#open >= this.#most) return 'max_connections';
    if (key === null || this.#mostPerClient === null) return null;
    return (this.#ofClient.get(key) ?? 0) >= this.#mostPerClient ? 'client_connections' : null;
  }

  #count(key: string | null, change: 1 | -1): void {
    this.#open += change;
    if (key === null) return;
    const count = (this.#ofClient.get(key) ?? 0) + change;
    if (count === 0) this.#ofClient.delete(key);
    else this.#ofClient.set(key, count);
  }
}
