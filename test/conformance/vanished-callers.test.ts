/** Callers that send half of something and vanish: afterwards nothing of them is left. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { PerformanceObserver } from 'node:perf_hooks';
import { after, before, describe, test } from 'node:test';
import { collectGarbage } from '../support/collect-garbage.js';
import { eventually } from '../support/eventually.js';
import { frame } from '../support/grpc-bytes.js';
import { type GrpcClient, grpcClient } from '../support/grpc-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const MIB = 1024 * 1024;
const CALLERS = 1000;
/** What each caller sends, and what it says that it will send. */
const SENT = Buffer.alloc(64 * 1024, 7);
const CLAIMED = 128 * 1024;
/** Far less than what the callers sent, and more than what a process holds now and then. */
const SPARE_BYTES = 12 * MIB;

const folder = modelDirectory(after);

/** What this process holds: it is the server and all of its callers. */
interface Held {
  readonly sockets: number;
  readonly bytes: number;
}

async function held(): Promise<Held> {
  const sockets = await openSockets();
  collectGarbage();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return { sockets, bytes: arrayBuffers + heapUsed };
}

async function openSockets(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length;
}

/**
 * Half of the callers reset their connection, as a process that is killed may; the others just close it. The list is
 * emptied, since a closed socket still holds what it wrote last.
 */
function vanish(sockets: Socket[]): void {
  for (const [i, socket] of sockets.splice(0).entries()) {
    if (i % 2 === 0) socket.resetAndDestroy();
    else socket.destroy();
  }
}

/** Holds what callers cost while they are there against what is left when they have vanished. */
async function costNothing(callers: () => Promise<Socket[]>, count: number): Promise<void> {
  const start = await held();
  const sockets = await callers();
  const ends = 2 * sockets.length;
  // Both ends of every connection are here, and what was sent is with the server.
  await eventually(openSockets, (open) => open >= start.sockets + ends);
  await eventually(held, ({ bytes }) => bytes >= start.bytes + count * SENT.length, 200);
  vanish(sockets);
  const isGone = (left: Held): boolean =>
    left.sockets <= start.sockets && left.bytes < start.bytes + SPARE_BYTES;
  await eventually(held, isGone, 200);
}

describe('callers that vanish half-way cost nothing afterwards', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;

  before(async () => {
    const path = writeModel(folder, 'bytes.onnx', identityModel('UINT8'));
    // Nobody is to be given up for being late while these tests look.
    const grpc = { ...GRPC, messageTimeoutMs: 600_000 };
    const settings = settingsOf([offerOf({ name: 'bytes', path })], { grpc });
    server = await serve(end, { ...settings, rest: { ...settings.rest, bodyTimeoutMs: 600_000 } });
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  async function theNextRequestsWork(): Promise<void> {
    assert.equal(server.server.requestsInside, 0);
    const input = { name: 'input', datatype: 'UINT8', shape: [2] };
    const response = await fetch(`http://127.0.0.1:${server.port}/v2/models/bytes/infer`, {
      method: 'POST',
      headers: { connection: 'close' },
      body: JSON.stringify({ inputs: [{ ...input, data: [3, 4] }] }),
    });
    assert.equal(response.status, 200, await response.text());
    const raw = { inputs: [input], raw_input_contents: [Uint8Array.of(3, 4)] };
    const answer = await client.call('ModelInfer', { model_name: 'bytes', ...raw });
    assert.deepEqual([...answer.raw_output_contents[0]], [3, 4]);
  }

  for (const method of ['ModelInfer', 'ModelStreamInfer']) {
    test(`${CALLERS} streams of ${method} with half a message each`, async () => {
      await theNextRequestsWork();
      const connections = 4;
      const ended = { sessions: 0, streams: 0 };
      const observer = new PerformanceObserver((list) => {
        for (const { name } of list.getEntries()) {
          if (name === 'Http2Session') ended.sessions++;
          else ended.streams++;
        }
      });
      observer.observe({ entryTypes: ['http2'] });
      const path = `/inference.GRPCInferenceService/${method}`;
      const callers = (): Promise<Socket[]> =>
        Promise.all(
          Array.from({ length: connections }, () =>
            halfMessages(server.grpcPort, path, CALLERS / connections),
          ),
        );
      await costNothing(callers, CALLERS);
      // Both ends of each: the server's are among them.
      await eventually(held, () => ended.streams >= 2 * CALLERS && ended.sessions >= 2 * connections, 200);
      observer.disconnect();
      await theNextRequestsWork();
    });
  }

  test(`${CALLERS} connections over REST with half a body each`, async () => {
    await theNextRequestsWork();
    let open = 0;
    const onStart = (message: unknown): void => {
      const { request } = message as { readonly request: IncomingMessage };
      open++;
      request.once('close', () => open--);
    };
    subscribe('http.server.request.start', onStart);
    // Not all at once: many systems let a process have 1024 files.
    const atOnce = 200;
    for (let done = 0; done < CALLERS; done += atOnce) {
      const callers = (): Promise<Socket[]> =>
        Promise.all(Array.from({ length: atOnce }, () => halfBody(server.port)));
      await costNothing(callers, atOnce);
      await eventually(held, () => open === 0, 200);
    }
    unsubscribe('http.server.request.start', onStart);
    await theNextRequestsWork();
  });
});

/** A connection that has begun so many calls and sent half of a message in each. */
async function halfMessages(port: number, path: string, count: number): Promise<Socket> {
  const socket = await openSocket(port);
  const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection: () => socket });
  session.on('error', () => {});
  const streams = Array.from({ length: count }, () =>
    session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }),
  );
  await Promise.all(streams.map((stream) => written(stream, frame(SENT, 0, CLAIMED))));
  return socket;
}

/** A connection that has sent half of the body of a request. */
async function halfBody(port: number): Promise<Socket> {
  const socket = await openSocket(port);
  const head = `POST /v2/models/bytes/infer HTTP/1.1\r\nHost: x\r\nContent-Length: ${CLAIMED}\r\n\r\n`;
  await written(socket, Buffer.concat([Buffer.from(head), SENT]));
  return socket;
}

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Settles when the system has taken the bytes. */
function written(stream: Socket | ClientHttp2Stream, bytes: Buffer): Promise<void> {
  stream.on('error', () => {});
  return new Promise((resolve) => stream.write(bytes, () => resolve()));
}
