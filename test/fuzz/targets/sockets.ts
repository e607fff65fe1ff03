import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { create, toBinary } from '@bufbuild/protobuf';
import { ModelInferRequestSchema } from '#protocol/grpc/gen/open_inference_grpc_pb.js';
import { frame } from '../../support/grpc-bytes.js';
import { shapeOf } from '../outcome.js';
import { ServerProcess } from '../server-process.js';
import { type FuzzTarget, textOf, textSeeds, utf8 } from '../target.js';

const server = new ServerProcess();
/** As long as nothing comes, a connection that the server leaves open is closed by the client. */
const QUIET_MS = 60;

/** What one target needs of the server. */
class Client {
  #turn = 0;
  #ports: Awaited<ReturnType<ServerProcess['open']>> | null = null;

  async ports(): Promise<Awaited<ReturnType<ServerProcess['open']>>> {
    this.#ports ??= await server.open();
    return this.#ports;
  }

  /** To be called after every input. */
  async check(): Promise<void> {
    await server.check(++this.#turn);
  }

  async stop(): Promise<void> {
    if (this.#ports !== null) await server.close();
    this.#ports = null;
  }
}

const INFER = '{"inputs":[{"name":"input","datatype":"FP32","shape":[2],"data":[0.5,-2]}]}';
const bytesClient = new Client();

export const httpBytes: FuzzTarget = {
  name: 'socket-http-bytes',
  about:
    'Bytes to the REST port of a whole server. Answers are HTTP, none is 500, and honest requests go on being answered',
  seeds: textSeeds(
    'GET /v2 HTTP/1.1\r\nHost: a\r\n\r\n',
    `POST /v2/models/floats/infer HTTP/1.1\r\nHost: a\r\nContent-Length: ${INFER.length}\r\n\r\n${INFER}`,
    'POST /v2/models/floats/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"inp\r\n0\r\n\r\n',
    'POST /v2/models/floats/infer HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello',
    'POST /v2/models/floats/infer HTTP/1.1\r\nHost: a\r\nInference-Header-Content-Length: 0\r\nContent-Length: 8\r\n\r\n\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000',
    'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET /metrics HTTP/1.0\r\n\r\n',
    'GET /v2/models/%66loats/versions/1/config HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ),
  words: [
    '\r\n',
    'GET ',
    'POST ',
    'HEAD ',
    'CONNECT ',
    ' HTTP/1.1',
    '/v2',
    '/models/floats',
    '/infer',
    '/generate',
    '%2F',
    '%',
    '?',
    '..',
    'Host: a',
    'Content-Length: ',
    'Transfer-Encoding: chunked',
    'Content-Encoding: deflate',
    'Accept-Encoding: gzip',
    'X-Request-Timeout: 1',
    'Expect: 100-continue',
    'Connection: close',
    'Inference-Header-Content-Length: ',
  ],
  cost: 60,
  run: async (input) => {
    const { restPort } = await bytesClient.ports();
    const answer = await exchanged(restPort, input);
    await bytesClient.check();
    // A body may hold anything: only what begins like an answer is one.
    const statuses = [...answer.matchAll(/(?:^|\r\n\r\n|\})HTTP\/1\.1 (\d{3}) /g)].map(
      ([, status]) => status ?? '',
    );
    assert.ok(answer === '' || answer.startsWith('HTTP/1.1 '), `no HTTP: ${answer.slice(0, 100)}`);
    assert.ok(!statuses.includes('500'), `500: ${answer.slice(0, 600)}`);
    return `${statuses.slice(0, 3).join()} ${shapeOf(/"error":"([^"]*)/.exec(answer)?.[1] ?? '')}`;
  },
  stop: () => bytesClient.stop(),
};

const ROUTES = [
  '/v2/models/floats/infer',
  '/v2/models/texts/infer',
  '/v2/models/texts/generate',
  '/v2/models/floats/versions/1/infer',
  '/v2/repository/index',
  '/v2/repository/models/other/load',
  '/v2/repository/models/other/unload',
  '/v2/systemsharedmemory/region/r/register',
  '/v2/cudasharedmemory/region/r/register',
  '/v2/logging',
  '/v2/models/floats/trace/setting',
] as const;

const restClient = new Client();
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** An input is a byte that chooses a route, and the body of a POST there. */
export const restBodies: FuzzTarget = {
  name: 'socket-rest-bodies',
  about:
    'Bodies to every route of a whole server that reads one. A status of the closed list, its sentence, and never 500',
  seeds: () => [
    ...[0, 3].map((route) => withRoute(route, INFER)),
    withRoute(1, '{"inputs":[{"name":"input","datatype":"BYTES","shape":[1],"data":["a"]}]}'),
    withRoute(2, '{"input":["a","b"]}'),
    withRoute(4, '{"ready":true}'),
    withRoute(5, '{"parameters":{"config":"{}","unload_dependents":true}}'),
    withRoute(7, '{"key":"/none","offset":0,"byte_size":4}'),
    withRoute(9, '{"log_verbose_level":0}'),
    withRoute(10, '{"trace_rate":"5"}'),
  ],
  words: [
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '"inputs":[',
    '"data":[',
    '"shape":[',
    '"FP32"',
    '"BYTES"',
    '"parameters":{',
    '"key":',
    '"byte_size":',
    'null',
    'true',
    'NaN',
    '"outputs":[',
    '"binary_data":true',
    '"classification":1',
  ],
  cost: 60,
  run: async (input) => {
    const { restPort } = await restClient.ports();
    const path = ROUTES[(input[0] ?? 0) % ROUTES.length] as string;
    const { status, text } = await posted(restPort, path, input.subarray(1));
    await restClient.check();
    assert.ok(status !== 500, `500 ${text}`);
    if (status < 400) return `${path} ${status}`;
    const { error } = JSON.parse(text) as { error: unknown };
    assert.ok(typeof error === 'string' && error !== '' && error.length < 2000, text.slice(0, 300));
    return `${path} ${status} ${shapeOf(error)}`;
  },
  stop: async () => {
    agent.destroy();
    await restClient.stop();
  },
};

const SERVICE = '/inference.GRPCInferenceService';
const METHODS = [
  'ModelInfer',
  'ModelStreamInfer',
  'ServerMetadata',
  'ModelReady',
  'ModelMetadata',
  'ModelConfig',
  'ModelStatistics',
  'RepositoryIndex',
  'RepositoryModelLoad',
  'SystemSharedMemoryRegister',
  'LogSettings',
  'NoSuchMethod',
] as const;

const grpcClient = new Client();
let session: ClientHttp2Session | null = null;

/** An input is a byte that chooses a method (and, where it is odd, that a prefix is put before), and what is sent to it. */
export const grpcMessages: FuzzTarget = {
  name: 'socket-grpc-messages',
  about:
    'Messages and frames to the methods of a whole server over gRPC. A status; UNKNOWN never, and INTERNAL only for what is no message of gRPC at all',
  seeds: () => [
    inferSeed('floats', 'FP32', new Uint8Array(8)),
    inferSeed('texts', 'BYTES', Uint8Array.from([1, 0, 0, 0, 65])),
    Uint8Array.from([3, ...inferSeed('floats', 'FP32', new Uint8Array(8)).subarray(1)]),
    ...METHODS.map((_, i) => Uint8Array.from([i * 2 + 1, 10, 6, ...utf8('floats')])),
    Uint8Array.from([0, ...frame(utf8('a')), ...frame(utf8('b'), 1)]),
  ],
  words: ['\n\u0006floats', '\u0012\u00011', '*', ':', 'input', 'FP32', '\u0000\u0000\u0000\u0000\u0001'],
  cost: 60,
  run: async (input) => {
    const { grpcPort } = await grpcClient.ports();
    const choice = input[0] ?? 0;
    const method = METHODS[(choice >> 1) % METHODS.length] as string;
    const body = input.subarray(1);
    if (session === null || session.closed || session.destroyed) {
      session = connect(`http://127.0.0.1:${grpcPort}`);
      session.on('error', () => {});
    }
    const { code, message } = await called(
      session,
      `${SERVICE}/${method}`,
      choice % 2 === 1 ? frame(body) : body,
    );
    await grpcClient.check();
    assert.notEqual(code, 2, `UNKNOWN: ${message}`);
    // gRPC's own word for a stream that is none.
    if (code === 13) assert.match(message, /gRPC message|decompress|compressed|ended|end of|midway|half/i);
    return `${method} ${code} ${shapeOf(message)}`;
  },
  stop: async () => {
    session?.destroy();
    session = null;
    await grpcClient.stop();
  },
};

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const http2Client = new Client();

/** An input is what follows the preface of HTTP/2. */
export const http2Bytes: FuzzTarget = {
  name: 'socket-http2-bytes',
  about:
    'Frames of HTTP/2 to the gRPC port of a whole server. Honest requests go on being answered, in bounded memory',
  seeds: () => [
    http2Frames([4, 0, 0, []]),
    http2Frames([4, 0, 0, []], [6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]]),
    // HEADERS of POST /: indexed fields of the static table, then DATA.
    http2Frames(
      [4, 0, 0, [0, 3, 0, 0, 0, 1]],
      [1, 4, 1, [0x83, 0x86, 0x84, 0x41, 1, 0x61]],
      [0, 1, 1, [0, 0, 0, 0, 0]],
    ),
    http2Frames(
      [4, 0, 0, []],
      [1, 0, 1, [0x83]],
      [9, 4, 1, [0x86, 0x84]],
      [3, 0, 1, [0, 0, 0, 8]],
      [8, 0, 0, [0, 0, 1, 0]],
      [7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]],
    ),
  ],
  words: [
    '\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000',
    '\u0000\u0000\u0004\u0003\u0000\u0000\u0000\u0000\u0001\u0000\u0000\u0000\b',
    '\u0000\u0000\u0000\u0000\u0001\u0000\u0000\u0000\u0001',
  ],
  cost: 500,
  run: async (input) => {
    const { grpcPort } = await http2Client.ports();
    const answer = await exchanged(grpcPort, Buffer.concat([Buffer.from(PREFACE), input]));
    await http2Client.check();
    // The type of each of the first frames that came back.
    return frameTypes(Buffer.from(answer, 'latin1')).slice(0, 6).join();
  },
  stop: () => http2Client.stop(),
};

function withRoute(route: number, body: string): Uint8Array {
  return Uint8Array.from([route, ...utf8(body)]);
}

function inferSeed(modelName: string, datatype: string, raw: Uint8Array): Uint8Array {
  const count = BigInt(datatype === 'FP32' ? raw.length / 4 : 1);
  const message = create(ModelInferRequestSchema, {
    modelName,
    inputs: [{ name: 'input', datatype, shape: [count] }],
    rawInputContents: [raw],
  });
  return Uint8Array.from([1, ...toBinary(ModelInferRequestSchema, message)]);
}

function http2Frames(
  ...frames: readonly (readonly [type: number, flags: number, stream: number, payload: readonly number[]])[]
): Uint8Array {
  return Uint8Array.from(
    frames.flatMap(([type, flags, stream, payload]) => [
      0,
      0,
      payload.length,
      type,
      flags,
      0,
      0,
      0,
      stream,
      ...payload,
    ]),
  );
}

function frameTypes(bytes: Buffer): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) types.push(bytes[at + 3] ?? 0);
  return types;
}

/** Sends bytes, ends its side, and answers with all that comes back, as Latin-1. */
function exchanged(port: number, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.setTimeout(QUIET_MS, () => socket.destroy());
    socket.on('connect', () => socket.end(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => socket.destroy());
    // The server may cut a connection off; that it goes on is checked elsewhere.
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

function posted(
  port: number,
  path: string,
  body: Uint8Array,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: textOf(Buffer.concat(chunks)) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** One call: its status, from the trailers or, where there is nothing else, the headers. */
function called(
  client: ClientHttp2Session,
  path: string,
  body: Uint8Array,
): Promise<{ readonly code: number; readonly message: string }> {
  return new Promise((resolve) => {
    const stream = client.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let code = -1;
    let message = '';
    const take = (fields: Readonly<Record<string, unknown>>): void => {
      if (fields['grpc-status'] === undefined) return;
      code = Number(fields['grpc-status']);
      message = decodeURIComponent(String(fields['grpc-message'] ?? ''));
    };
    stream.on('response', take);
    stream.on('trailers', take);
    stream.on('error', () => {});
    stream.on('close', () => resolve({ code, message }));
    stream.resume();
    stream.end(body);
  });
}
