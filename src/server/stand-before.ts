import type { Server, Socket } from 'node:net';

/**
 * Has a look at every new connection before all who listen for one until now. One that is not let in is ended at once, and
 * none of them hears of it: that costs next to nothing.
 *
 * @param isLetIn is told the address at the other end; null where it has gone already
 */
export function standBefore(server: Server, isLetIn: (address: string | null) => boolean): void {
  const begin = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (isLetIn(socket.remoteAddress ?? null)) for (const each of begin) each.call(server, socket);
    else {
      socket.on('error', () => {});
      // Without a farewell: nothing of it is left here.
      socket.resetAndDestroy();
    }
  });
}
