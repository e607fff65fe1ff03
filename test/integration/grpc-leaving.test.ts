/** A caller that has not heard yet that the server leaves loses no call. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { GRPC, offerOf, settingsOf, startTestServer } from '../support/server.js';

const folder = modelDirectory(after);

const TYPE = { data: 0, headers: 1, settings: 4, goaway: 7 };
const END_STREAM = 1;
const END_HEADERS = 4;

const HEADERS = Object.entries({
  ':method': 'POST',
  ':scheme': 'http',
  ':path': '/inference.GRPCInferenceService/ServerLive',
  ':authority': 'a',
  'content-type': 'application/grpc',
  te: 'trailers',
});

function frame(type: number, flags: number, stream: number, body: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

/** A literal without a table, as HPACK has it for short texts. */
function literal(name: string, value: string): Buffer {
  return Buffer.from([0, name.length, ...Buffer.from(name), value.length, ...Buffer.from(value)]);
}

function call(stream: number): Buffer {
  const headers = Buffer.concat(HEADERS.map(([name, value]) => literal(name, value)));
  return Buffer.concat([
    frame(TYPE.headers, END_HEADERS, stream, headers),
    frame(TYPE.data, END_STREAM, stream, Buffer.alloc(5)),
  ]);
}

test('a call that is on its way when the server asks to go is answered', async (t) => {
  const path = writeModel(folder, 'm.onnx', identityModel('UINT8'));
  const settings = settingsOf([offerOf({ path })], { grpc: GRPC, drainDelayMs: 1 });
  const server = await startTestServer(settings);
  t.after(() => server.server.stopped);
  await server.server.modelsSettled;
  const socket = connect(server.grpcPort, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  /** Of the frames that came: type, flags, stream and the first number of the body. */
  const frames: { type: number; flags: number; stream: number; number: number }[] = [];
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const length = rest.readUIntBE(0, 3);
      const number = length >= 4 ? rest.readUInt32BE(9) : 0;
      frames.push({ type: rest[3] ?? 0, flags: rest[4] ?? 0, stream: rest.readUInt32BE(5), number });
      rest = rest.subarray(9 + length);
    }
  });
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await once(socket, 'data');
  };
  const isAnswered = (stream: number): boolean =>
    frames.some((each) => each.stream === stream && (each.flags & END_STREAM) !== 0);
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(Buffer.concat([frame(TYPE.settings, 0, 0, Buffer.alloc(0)), call(1)]));
  await until(() => isAnswered(1));
  void server.stop();
  await until(() => frames.some(({ type }) => type === TYPE.goaway));
  assert.equal(frames.find(({ type }) => type === TYPE.goaway)?.number, 2 ** 31 - 1);
  socket.write(call(3));
  await until(() => isAnswered(3));
});
