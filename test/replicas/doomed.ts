import { createServer as createRest } from 'node:http';
import { createServer as createGrpc } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import type { Backend } from './balancer.js';

/** A replica that says that it is well, and dies of every other request once it has read it. */
export interface Doomed {
  readonly backend: Backend;
  /** The paths of the requests that it died of. */
  readonly heard: readonly string[];
  close(): void;
}

/** The message of `grpc.health.v1.HealthCheckResponse` that says SERVING, in its frame. */
const SERVING = Buffer.from('00000000020801', 'hex');

export async function startDoomed(): Promise<Doomed> {
  const heard: string[] = [];
  const rest = createRest((request, response) => {
    const { method, url = '', socket } = request;
    if (method === 'GET') return void response.end();
    request.resume().once('end', () => {
      heard.push(url);
      socket.destroy();
    });
  });
  const grpc = createGrpc();
  grpc.on('sessionError', () => {});
  grpc.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const path = String(headers[':path']);
    if (path.endsWith('/Check')) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      return void stream.end(SERVING);
    }
    stream.resume().once('end', () => {
      heard.push(path);
      stream.session?.destroy();
    });
  });
  return {
    backend: { rest: `127.0.0.1:${await portOf(rest)}`, grpc: `127.0.0.1:${await portOf(grpc)}` },
    heard,
    close() {
      rest.close();
      rest.closeAllConnections();
      grpc.close();
    },
  };
}

function portOf(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
