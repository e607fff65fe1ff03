import { Server } from 'node:net';

/**
 * Calls `act` right after the event loop has accepted and read all there was: an immediate runs behind the poll for
 * events, the second behind one that is new. What is closed then takes as little as can be with it.
 */
export function afterPoll(act: () => void): void {
  setImmediate(() => setImmediate(act));
}

/**
 * Stops listening, and leaves every connection as it is. Settles when the last of them is gone. The system resets
 * connections that wait for `accept` when their socket closes: hence after a poll.
 */
export function closeDoor(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const close = (): void => {
      if (!server.listening) resolve();
      // Not the server's own: that of HTTP ends idle connections too, over which a request may be on its way.
      else Server.prototype.close.call(server, () => resolve());
    };
    afterPoll(close);
  });
}
