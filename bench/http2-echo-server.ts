/** The floor of gRPC: `node:http2` that reads a message and answers with so many bytes and trailers. */
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

const MIB = 1024 * 1024;
const answer = Buffer.alloc(Number(process.argv[2] ?? 200));
const server = createServer({ settings: { initialWindowSize: MIB } });
server.on('session', (session) => session.setLocalWindowSize(16 * MIB));
server.on('stream', (stream) => {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => {
    Buffer.concat(chunks);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
