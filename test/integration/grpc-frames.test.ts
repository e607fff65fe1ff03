import assert from 'node:assert/strict';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { collectGarbage } from '../support/collect-garbage.js';
import { eventually } from '../support/eventually.js';
import { chunk, frame, varint } from '../support/grpc-bytes.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const folder = modelDirectory(after);
const MIB = 1024 * 1024;

/** One HTTP/2 stream as it ended. */
interface Ended {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Null where none was sent. */
  readonly status: number | null;
  readonly sentence: string;
}

describe('gRPC frames that no client library would send', () => {
  const end = atEnd(after);
  let server: TestServer;
  let session: ClientHttp2Session;

  before(async () => {
    server = await serve(
      end,
      settingsOf(
        [offerOf({ name: 'UINT8', path: writeModel(folder, 'UINT8.onnx', identityModel('UINT8')) })],
        { grpc: GRPC },
      ),
    );
    session = connect(`http://127.0.0.1:${server.grpcPort}`);
    end(() => session.destroy());
  });

  const LIVE = '/inference.GRPCInferenceService/ServerLive';
  const INFER = '/inference.GRPCInferenceService/ModelInfer';
  const STREAM = '/inference.GRPCInferenceService/ModelStreamInfer';

  const open = (path: string, headers: object = {}, on = session): ClientHttp2Stream =>
    on.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });

  function ended(stream: ClientHttp2Stream): Promise<Ended> {
    const chunks: Buffer[] = [];
    let headers: Record<string, string> = {};
    const take = (more: object): void => {
      headers = { ...headers, ...(more as Record<string, string>) };
    };
    stream.on('response', take).on('trailers', take);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
    return new Promise((resolve) =>
      stream.on('close', () =>
        resolve({
          httpStatus: Number(headers[':status'] ?? 0),
          headers,
          body: Buffer.concat(chunks),
          status: headers['grpc-status'] === undefined ? null : Number(headers['grpc-status']),
          sentence: decodeURIComponent(headers['grpc-message'] ?? ''),
        }),
      ),
    );
  }

  async function ask(path: string, bytes: Uint8Array, headers: object = {}): Promise<Ended> {
    const stream = open(path, headers);
    const done = ended(stream);
    stream.end(bytes);
    return await done;
  }

  /** A ModelInferRequest for so many bytes. */
  function inferRequest(data: Uint8Array): Buffer {
    const text = (field: number, word: string): Buffer => chunk(field, Buffer.from(word));
    const shape = chunk(3, varint(data.length));
    const input = chunk(5, Buffer.concat([text(1, 'input'), text(2, 'UINT8'), shape]));
    return Buffer.concat([text(1, 'UINT8'), input, chunk(7, data)]);
  }

  async function theNextCallWorks(): Promise<void> {
    const { status, body } = await ask(LIVE, frame(new Uint8Array(0)));
    assert.deepEqual([status, [...body]], [0, [0, 0, 0, 0, 2, 8, 1]]);
  }

  const faults: [
    name: string,
    path: string,
    bytes: Buffer,
    headers: object,
    status: number,
    sentence: RegExp,
  ][] = [
    ['no message', LIVE, Buffer.alloc(0), {}, 12, /exactly one message, and there are none/],
    [
      'two messages',
      LIVE,
      Buffer.concat([frame(Buffer.alloc(0)), frame(Buffer.alloc(0))]),
      {},
      12,
      /exactly one message, and there are several/,
    ],
    ['half a prefix', LIVE, Buffer.from([0, 0]), {}, 13, /ended inside of a message/],
    ['half a message', INFER, frame(Buffer.alloc(3), 0, 100), {}, 13, /ended inside of a message/],
    ['half a message in a stream', STREAM, frame(Buffer.alloc(3), 0, 100), {}, 13, /ended inside/],
    ['a flag of 2', LIVE, frame(Buffer.alloc(0), 2), {}, 13, /2 is not the flag/],
    [
      'a length of 4 GiB',
      INFER,
      frame(Buffer.alloc(0), 0, 0xffffffff),
      {},
      8,
      /may have 16777216 bytes at most, and this is 4294967295/,
    ],
    [
      'a compressed message and no encoding',
      LIVE,
      frame(gzipSync(''), 1),
      {},
      13,
      /grpc-encoding names nothing/,
    ],
    [
      'an encoding that nobody knows',
      LIVE,
      frame(Buffer.alloc(0)),
      { 'grpc-encoding': 'snappy' },
      12,
      /'snappy' is not supported; identity,deflate,gzip are/,
    ],
    [
      'what gzip cannot read',
      INFER,
      frame(Buffer.from('hello'), 1),
      { 'grpc-encoding': 'gzip' },
      13,
      /cannot be decompressed by gzip/,
    ],
    [
      'a gzip bomb',
      INFER,
      frame(gzipSync(Buffer.alloc(64 * MIB)), 1),
      { 'grpc-encoding': 'gzip' },
      8,
      /16777216 bytes at most, and this is more/,
    ],
    ['no protobuf', INFER, frame(Buffer.from([0xff])), {}, 3, /failed to parse the ModelInferRequest/],
    [
      'no protobuf, elsewhere',
      LIVE,
      frame(Buffer.from([0xff])),
      {},
      3,
      /failed to parse the ServerLiveRequest/,
    ],
    [
      'a timeout that is none',
      LIVE,
      frame(Buffer.alloc(0)),
      { 'grpc-timeout': '5 s' },
      3,
      /grpc-timeout must/,
    ],
    ['no time at all', LIVE, frame(Buffer.alloc(0)), { 'grpc-timeout': '0n' }, 4, /deadline of 0 ms passed/],
  ];

  for (const [name, path, bytes, headers, status, sentence] of faults) {
    test(`${name}: status ${status}`, async () => {
      const outcome = await ask(path, bytes, headers);
      assert.equal(outcome.httpStatus, 200);
      assert.equal(outcome.status, status, outcome.sentence);
      assert.match(outcome.sentence, sentence);
      assert.equal(outcome.headers['grpc-accept-encoding'], 'identity,deflate,gzip');
      await theNextCallWorks();
    });
  }

  test('a refused message is not waited for', async () => {
    const stream = open(INFER);
    const done = ended(stream);
    stream.write(frame(Buffer.alloc(0), 0, 0xffffffff));
    assert.equal((await done).status, 8);
  });

  test('compressed messages are read', async () => {
    const data = Buffer.alloc(100_000, 7);
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
    ] as const) {
      const headers = { 'grpc-encoding': encoding };
      const { status, body } = await ask(INFER, frame(compress(inferRequest(data)), 1), headers);
      assert.equal(status, 0);
      assert.ok(body.subarray(-data.length).equals(data));
    }
  });

  test('a message that arrives byte by byte is read', async () => {
    const stream = open(INFER);
    const done = ended(stream);
    for (const byte of frame(inferRequest(Uint8Array.of(1, 2, 3)))) {
      await new Promise<void>((written) => stream.write(Uint8Array.of(byte), () => written()));
    }
    stream.end();
    const { status, body } = await done;
    assert.deepEqual([status, [...body.subarray(-3)]], [0, [1, 2, 3]]);
  });

  const strangers: [name: string, headers: object, status: number][] = [
    ['another content type', { 'content-type': 'application/json' }, 415],
    ['no content type', { 'content-type': '' }, 415],
    ['PUT', { ':method': 'PUT' }, 405],
  ];

  for (const [name, headers, status] of strangers) {
    test(`${name}: HTTP ${status} and a sentence`, async () => {
      const outcome = await ask(LIVE, Buffer.alloc(0), headers);
      assert.deepEqual([outcome.httpStatus, outcome.status], [status, null]);
      assert.match(outcome.body.toString(), /^this port speaks gRPC/);
    });
  }

  test('what is not HTTP/2 is hung up on, and others are served on', async () => {
    await new Promise<void>((resolve, reject) => {
      const socket = connectTcp(server.grpcPort, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      );
      socket.on('close', () => resolve()).on('error', reject);
      socket.resume();
    });
    await theNextCallWorks();
  });

  for (const path of [INFER, STREAM]) {
    test(`half messages of callers that vanish cost nothing afterwards: ${path}`, async () => {
      const half = frame(Buffer.alloc(512 * 1024), 0, MIB);
      const held = async (): Promise<number> => {
        await new Promise((resolve) => setImmediate(resolve));
        collectGarbage();
        return process.memoryUsage().arrayBuffers;
      };
      const vanish = async (): Promise<void> => {
        const other = connect(`http://127.0.0.1:${server.grpcPort}`);
        const streams = Array.from({ length: 20 }, () => open(path, {}, other));
        const closed = streams.map(ended);
        await Promise.all(
          streams.map((stream) => new Promise<void>((sent) => stream.write(half, () => sent()))),
        );
        streams.forEach((stream, i) => {
          if (i % 2 === 0) stream.close(constants.NGHTTP2_CANCEL);
        });
        other.destroy();
        await Promise.all(closed);
      };
      await vanish();
      const before = await held();
      for (let round = 0; round < 10; round++) await vanish();
      // 200 halves would be 100 MB.
      const after = await eventually(held, (bytes) => bytes < before + 20 * MIB, 100);
      assert.ok(after < before + 20 * MIB, `${before} bytes became ${after}`);
      await theNextCallWorks();
    });
  }

  test('a long name in a long sentence does not break the trailers', async () => {
    const name = 'ü'.repeat(7000);
    const message = chunk(1, Buffer.from(name));
    const { status, headers } = await ask(INFER, frame(message));
    assert.equal(status, 5);
    assert.ok((headers['grpc-message']?.length ?? 0) <= 4096);
  });
});
