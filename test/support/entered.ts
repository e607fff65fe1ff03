import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

const CHANNEL = 'http.server.request.start';

/**
 * Settles when a server of this process has taken `count` more requests for `path` whole, bodies included: each then
 * runs, waits or is refused. To be called before they are sent.
 */
export function entered(path: string, count = 1): Promise<void> {
  return new Promise((resolve) => {
    let missing = count;
    const onStart = (message: unknown): void => {
      const { request } = message as { readonly request: IncomingMessage };
      if (request.url !== path) return;
      // The server hears of the end in the same turn; by the next one it has done with it what it does at once.
      request.once('end', () => setImmediate(onEnd));
    };
    const onEnd = (): void => {
      missing--;
      if (missing > 0) return;
      unsubscribe(CHANNEL, onStart);
      resolve();
    };
    subscribe(CHANNEL, onStart);
  });
}
