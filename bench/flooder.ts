/**
 * A flood in a process of its own: `flooder.js KIND REST_PORT GRPC_PORT`. It goes on until it is told to end. A connection that
 * is closed is made again.
 */
import { connect } from 'node:net';
import {
  callHeaders,
  END_HEADERS,
  HEADERS,
  h2Frame,
  PING,
  RST_STREAM,
  rawHttp2,
} from '../test/support/http2-frames.js';

const [kind = '', rest = '0', grpc = '0'] = process.argv.slice(2);
const INFER = '/inference.GRPCInferenceService/ModelInfer';
const CONNECTIONS = 500;
const AT_A_TIME = 200;

/** Connections that send the beginning of something and then nothing; made again once they are closed. */
function halfOpen(text: string): void {
  const open = (): void => {
    const socket = connect({ port: Number(rest), host: '127.0.0.1' });
    socket.on('error', () => {}).resume();
    socket.write(text);
    socket.once('close', () => setTimeout(open, 100));
  };
  for (let i = 0; i < CONNECTIONS; i++) open();
}

async function frames(framesOf: (n: number) => Buffer): Promise<never> {
  for (;;) {
    const raw = rawHttp2(Number(grpc));
    for (let sent = 0; !raw.socket.destroyed; ) {
      await raw.send(Array.from({ length: AT_A_TIME }, () => framesOf(sent++)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const head = 'POST /v2/models/model/infer HTTP/1.1\r\nhost: x\r\n';
const FLOODS: Readonly<Record<string, () => unknown>> = {
  none: () => {},
  'half-open heads': () => halfOpen(`${head}x-a: `),
  'half-open bodies of 60 MB': () => halfOpen(`${head}content-length: 60000000\r\n\r\n{"inputs`),
  pings: () => frames(() => h2Frame(PING, 0, 0, Buffer.alloc(8))),
  'rapid reset': () =>
    frames((n) =>
      Buffer.concat([
        h2Frame(HEADERS, END_HEADERS, 2 * n + 1, callHeaders(INFER)),
        h2Frame(RST_STREAM, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8])),
      ]),
    ),
};

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
void FLOODS[kind]?.();
process.send?.({});
