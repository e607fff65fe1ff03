import type { Server } from 'node:net';
import { ServingError } from '#core/errors.js';

/** Where to listen, and what a complaint calls it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
  /** The option that chooses another port. */
  readonly portOption: string;
}

/** Opens a port. Rejects with UNAVAILABLE when the address cannot be had. */
export function listenOn(
  server: Pick<Server, 'once' | 'off' | 'listen'>,
  { host, port, protocol, portOption }: ListenAddress,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => {
      const text = `cannot listen on ${protocol}://${host}:${port}: ${reasonOf(error, portOption)}`;
      reject(new ServingError('UNAVAILABLE', text, { cause: error }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
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
