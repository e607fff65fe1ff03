import type { Server } from 'node:net';
import { deferred } from '#core/deferred.js';
import type { KeptSockets } from '#server/kept-sockets.js';
import { BEAT_MS, RESTARTS_VARIABLE, type ServerMessage, type SupervisorMessage } from './messages.js';

/** What a supervisor may want of its server. */
export interface SupervisorWishes {
  /** Another server listens on the same sockets. */
  giveWay(): void;
}

/** A supervised server's side of the channel to its supervisor. */
export class SupervisorLink implements KeptSockets {
  readonly restarts: number;
  readonly #handles = new Map<string, object>();
  readonly #begun = deferred<void>();

  private constructor(restarts: number, wishes: SupervisorWishes) {
    this.restarts = restarts;
    process.on('message', (message: SupervisorMessage, handle: unknown) => {
      if (message.kind === 'socket' && typeof handle === 'object' && handle !== null)
        this.#handles.set(message.name, handle);
      else if (message.kind === 'begin') this.#begun.resolve();
      else if (message.kind === 'give-way') wishes.giveWay();
    });
    // A supervisor that is gone cannot start the server again, and one that takes its place wants the ports.
    process.on('disconnect', () => {
      this.#begun.resolve();
      wishes.giveWay();
    });
  }

  /** Null where this process is not supervised. */
  static find(wishes: SupervisorWishes): SupervisorLink | null {
    const restarts = process.env[RESTARTS_VARIABLE];
    // Processes that this one starts are nobody's servers.
    delete process.env[RESTARTS_VARIABLE];
    if (restarts === undefined || process.send === undefined) return null;
    return new SupervisorLink(Number(restarts), wishes);
  }

  /** Introduces the server, and settles when it has the sockets that are kept for it. */
  begin(facts: Omit<Extract<ServerMessage, { kind: 'hello' }>, 'kind'>): Promise<void> {
    this.#tell({ kind: 'hello', ...facts });
    setInterval(() => this.#tell({ kind: 'beat' }), BEAT_MS).unref();
    return this.#begun.promise;
  }

  find(name: string): object | undefined {
    return this.#handles.get(name);
  }

  keep(name: string, server: Server): void {
    const handle = this.#handles.has(name) ? undefined : handleOf(server);
    this.#tell({ kind: 'keep', name }, handle);
  }

  settled(areAllReady: boolean): void {
    this.#tell({ kind: 'settled', areAllReady });
  }

  /** Settles when the supervisor knows that the process may end, however it does. */
  done(status: number): Promise<void> {
    return new Promise((resolve) => this.#tell({ kind: 'done', status }, undefined, () => resolve()));
  }

  /** Hangs up: an open channel would keep a process that has nothing left to do. */
  close(): void {
    if (process.connected) process.disconnect();
  }

  /** To a supervisor that is gone, nothing needs to be told. */
  #tell(message: ServerMessage, handle?: Server, sent: () => void = () => {}): void {
    if (process.connected) process.send?.(message, handle, undefined, sent);
    else sent();
  }
}

/**
 * The bare handle of a server. Sent as a server, it would begin to accept connections where it arrives; sent as a
 * handle, it is only held. Node's types do not know it, and `server.listen` is documented to take "any object with an
 * underlying `_handle`".
 */
function handleOf(server: Server): Server {
  return (server as unknown as { readonly _handle: Server })._handle;
}
