/**
 * A closed-loop load generator over raw sockets, cheaper than any server it is pointed at: the request's bytes are
 * made once, and of an answer only its length and status are looked at.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.js';
import { type LoadResult, loadResult } from './load-result.js';

export interface LoadOrder {
  readonly port: number;
  /** Several servers, which the connections take in turns; `port` is none of them. */
  readonly ports?: readonly number[];
  /** Files that hold a whole request each: large ones are slow to send from process to process. The connections take them in turns. */
  readonly requestFiles: readonly string[];
  readonly connections: number;
  readonly durationMs: number;
  /** The rate is counted from then on, and to the end of `durationMs`. Where it is not said, from the start to the last answer. */
  readonly leadInMs?: number;
}

async function load(order: LoadOrder): Promise<LoadResult> {
  const requests = order.requestFiles.map((file) => readFileSync(file));
  const latencies: number[] = [];
  let failures = 0;
  let counted = 0;
  let lastAt = 0;
  const startedAt = performance.now();
  const countFrom = startedAt + (order.leadInMs ?? 0);
  const endAt = startedAt + order.durationMs;
  const ports = order.ports ?? [order.port];
  const one = (request: Uint8Array, port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let sentAt = 0;
      const answers = new AnswerReader();
      const send = (): void => {
        sentAt = performance.now();
        socket.write(request);
      };
      const finish = (): void => {
        const now = performance.now();
        latencies.push(now - sentAt);
        lastAt = now;
        if (now >= endAt) return void socket.end(resolve);
        if (now >= countFrom) counted++;
        send();
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      socket.on('data', (chunk) => {
        try {
          const status = answers.push(chunk);
          if (status === null) return;
          if (status !== 200) failures++;
          finish();
        } catch (thrown) {
          reject(thrown);
        }
      });
    });
  await Promise.all(
    Array.from({ length: order.connections }, (_, i) =>
      one(requests[i % requests.length] ?? new Uint8Array(), ports[i % ports.length] ?? order.port),
    ),
  );
  // Of a slow model few answers fit in, and the one that the end cuts off would be missed.
  if (order.leadInMs === undefined)
    return loadResult(latencies, failures, latencies.length / ((lastAt - startedAt) / 1000));
  return loadResult(latencies, failures, counted / ((endAt - countFrom) / 1000));
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
