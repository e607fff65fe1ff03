import type { Server } from 'node:net';

/**
 * Listening sockets that another process keeps open for this one and for the next: while there is none that serves,
 * connections wait in the system's queue and are not refused. Sockets go by a name that says option and address.
 */
export interface KeptSockets {
  /** A handle that `server.listen` takes; undefined where the socket is not there yet. */
  find(name: string): object | undefined;
  /** Has the socket of a listening server kept. */
  keep(name: string, server: Server): void;
}
