/** Holds keep-alive connections that have each been answered once and then say nothing. One that is closed is opened anew. */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface IdleOrder {
  readonly port: number;
  readonly connections: number;
}

/** Those that are open and have been answered. */
export type IdleResult = { readonly open: number };

/** As many at a time as a listener's backlog holds. */
const GROUP = 128;
const REQUEST = 'GET /v2/health/live HTTP/1.1\r\nHost: bench\r\n\r\n';
const RETRY_MS = 100;
const answered = new Set<object>();

/** Opens what is missing. Asked again with the same number it tells how many are still there. */
async function hold({ port, connections }: IdleOrder): Promise<IdleResult> {
  while (answered.size < connections) {
    const group = Math.min(GROUP, connections - answered.size);
    await Promise.all(Array.from({ length: group }, () => open(port)));
  }
  return { open: answered.size };
}

/** Settles at the first answer, or when the connection is refused. */
function open(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => socket.write(REQUEST));
    socket.once('data', () => {
      answered.add(socket);
      resolve();
    });
    socket.on('data', () => {});
    socket.on('error', reject);
    socket.on('close', () => {
      if (answered.delete(socket)) void pause(RETRY_MS).then(() => open(port).catch(() => {}));
    });
  });
}

process.on('message', (order: IdleOrder) => {
  hold(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
