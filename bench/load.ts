/**
 * A closed-loop load generator over raw sockets, cheaper than any server it is pointed at: the request's bytes are
 * made once, and of an answer only its length and status are looked at.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { type LoadResult, loadResult } from './load-result.js';

export interface LoadOrder {
  readonly port: number;
  /** A file that holds the whole request: large ones are slow to send from process to process. */
  readonly requestFile: string;
  readonly connections: number;
  readonly durationMs: number;
}

async function load(order: LoadOrder): Promise<LoadResult> {
  const request = readFileSync(order.requestFile);
  const latencies: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  const endAt = startedAt + order.durationMs;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket: Socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true });
      let sentAt = 0;
      let missing = -1;
      const send = (): void => {
        sentAt = performance.now();
        socket.write(request);
      };
      const finish = (): void => {
        latencies.push(performance.now() - sentAt);
        if (performance.now() < endAt) send();
        else socket.end(resolve);
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      socket.on('data', (chunk) => {
        if (missing === -1) {
          const head = chunk.indexOf('\r\n\r\n');
          const length = /\r\ncontent-length: (\d+)/i.exec(chunk.toString('latin1', 0, head));
          if (head === -1 || length === null)
            return reject(new Error('an answer without a whole head in one piece'));
          if (chunk.toString('latin1', 9, 12) !== '200') failures++;
          missing = head + 4 + Number(length[1]);
        }
        missing -= chunk.length;
        if (missing <= 0) {
          missing = -1;
          finish();
        }
      });
    });
  await Promise.all(Array.from({ length: order.connections }, one));
  return loadResult(latencies, failures, (performance.now() - startedAt) / 1000);
}

process.on('message', (order: LoadOrder) => {
  load(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
