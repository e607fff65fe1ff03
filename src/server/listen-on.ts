import type { Server } from 'node:net';
import { ServingError } from '#core/errors.js';
import type { KeptSockets } from './kept-sockets.js';

/** Where to listen, and what a complaint calls it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
  /** The option that chooses another port. */
  readonly portOption: string;
}

/**
 * Opens a port, or goes on with the socket that a process before this one has opened for the same address. Rejects
 * with UNAVAILABLE when the address cannot be had.
 */
export function listenOn(
  server: Server,
  { host, port, protocol, portOption }: ListenAddress,
  sockets?: KeptSockets,
): Promise<void> {
  const name = `${portOption} ${host}:${port}`;
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => {
      const text = `cannot listen on ${protocol}://${host}:${port}: ${reasonOf(error, portOption)}`;
      reject(new ServingError('UNAVAILABLE', text, { cause: error }));
    };
    const opened = (): void => {
      server.off('error', refuse);
      sockets?.keep(name, server);
      resolve();
    };
    server.once('error', refuse);
    const kept = sockets?.find(name);
    if (kept === undefined) server.listen(port, host, opened);
    else server.listen(kept, opened);
  });
}

function reasonOf(error: NodeJS.ErrnoException, portOption: string): string {
  if (error.code === 'EADDRINUSE')
    return `the port is in use by another process (${portOption} chooses another)`;
  if (error.code === 'EACCES') return 'this user may not open that port';
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return 'this host has no such address (--host)';
  return error.message;
}
