/** A closed-loop load generator of unary gRPC calls on one connection, so many in flight at a time. */
import { readFileSync } from 'node:fs';
import { Http2Connection } from './http2-connection.js';
import { type LoadResult, loadResult } from './load-result.js';

export interface GrpcLoadOrder {
  readonly port: number;
  readonly path: string;
  /** A file that holds the message with its gRPC prefix. */
  readonly messageFile: string;
  /** What every answer must have, its prefix included. */
  readonly answerBytes: number;
  readonly inFlight: number;
  readonly durationMs: number;
}

function load(order: GrpcLoadOrder): Promise<LoadResult> {
  const message = readFileSync(order.messageFile);
  const latencies: number[] = [];
  let failures = 0;
  let running = 0;
  return new Promise((resolve, reject) => {
    let startedAt = 0;
    const connection = new Http2Connection(order.port, order.path, message, {
      failed: reject,
      ready() {
        startedAt = performance.now();
        for (let i = 0; i < order.inFlight; i++) one();
      },
    });
    const one = (): void => {
      const sentAt = performance.now();
      running++;
      connection.call((answerBytes) => {
        running--;
        const now = performance.now();
        latencies.push(now - sentAt);
        if (answerBytes !== order.answerBytes) failures++;
        if (now < startedAt + order.durationMs) one();
        else if (running === 0) {
          connection.close();
          resolve(loadResult(latencies, failures, latencies.length / ((now - startedAt) / 1000)));
        }
      });
    };
  });
}

process.on('message', (order: GrpcLoadOrder) => {
  load(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
